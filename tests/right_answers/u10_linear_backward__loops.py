"""Three loops over rows, inputs and outputs."""


def linear_backward(x, weight, dy):
    n_in, n_out = weight.shape
    dx, dweight, dbias = np.zeros(x.shape), np.zeros((n_in, n_out)), np.zeros(n_out)
    for index in np.ndindex(*x.shape[:-1]):
        for o in range(n_out):
            dbias[o] += dy[index + (o,)]
            for i in range(n_in):
                dx[index + (i,)] += weight[i, o] * dy[index + (o,)]
                dweight[i, o] += x[index + (i,)] * dy[index + (o,)]
    return dx, dweight, dbias
