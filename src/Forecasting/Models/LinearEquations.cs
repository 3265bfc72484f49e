namespace Pylon.Forecasting.Models;

/// <summary>The normal equations of a least-squares fit with a penalty on the size of the weights (ridge).</summary>
internal sealed class LinearEquations(int size)
{
    private readonly double[,] _products = new double[size, size];
    private readonly double[] _targets = new double[size];

    public void Add(ReadOnlySpan<double> features, double target)
    {
        for (var i = 0; i < size; i++)
        {
            _targets[i] += features[i] * target;
            for (var j = 0; j <= i; j++)
                _products[i, j] += features[i] * features[j];
        }
    }

    /// <summary>The mean of the squares of the features, summed over what was added.</summary>
    public double MeanSquare()
    {
        var sum = 0.0;
        for (var i = 0; i < size; i++)
            sum += _products[i, i];
        return sum / size;
    }

    /// <summary>By Cholesky's decomposition. Without any variation the weights are 0.</summary>
    public double[] Solve(double penalty)
    {
        var lower = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = _products[i, j] + (i == j ? penalty : 0);
                for (var k = 0; k < j; k++)
                    sum -= lower[i, k] * lower[j, k];
                if (i != j)
                    lower[i, j] = sum / lower[j, j];
                else if (sum > 0)
                    lower[i, i] = Math.Sqrt(sum);
                else
                    return new double[size];
            }
        }

        var weights = new double[size];
        for (var i = 0; i < size; i++)
        {
            weights[i] = _targets[i];
            for (var k = 0; k < i; k++)
                weights[i] -= lower[i, k] * weights[k];
            weights[i] /= lower[i, i];
        }

        for (var i = size - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < size; k++)
                weights[i] -= lower[k, i] * weights[k];
            weights[i] /= lower[i, i];
        }

        return weights;
    }
}
