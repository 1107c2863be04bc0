#!/usr/bin/env bash
# Gradescope runs this for each submission. Whatever happens, there is a valid results.json.
results=/autograder/results/results.json
mkdir -p /autograder/results
printf '%s\n' '{"score": 0, "output": "The grader itself did not finish: please tell your teacher. 批改程式沒有跑完，請告訴老師。"}' > "$results"
# The submission's own number: another one has other dice, the same one has the same.
name=$(/opt/minigen/bin/python -c 'import json; print(json.load(open("/autograder/submission_metadata.json"))["id"])' 2>/dev/null || echo submission)
work=$(mktemp -d)
if said=$(/opt/minigen/bin/minigen grade /autograder/submission --out "$work" --name "submission $name" --secret /autograder/source/secret --jobs 1 UNITS 2>&1); then
    cp "$work/results.json" "$results.new"
else                                               # in one line, such as that there is no uNN_name.py among the files
    /opt/minigen/bin/python -c 'import json, sys; print(json.dumps({"score": 0, "output": sys.argv[1]}))' "$(tail -n 1 <<< "$said")" > "$results.new"
fi
mv "$results.new" "$results"
printf '%s\n' "$said"
