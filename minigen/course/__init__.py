"""The course around the package: units, their checks, and the tools of students and teachers."""
