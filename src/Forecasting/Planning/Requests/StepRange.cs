using System.Runtime.InteropServices;

namespace Pylon.Forecasting.Planning.Requests;

/// <summary>Steps from <paramref name="From"/> up to <paramref name="To"/>, which is not included.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StepRange(int From, int To)
{
    public int Count => To - From;

    /// <summary>The runs of neighbouring steps.</summary>
    /// <param name="steps">In ascending order, each once.</param>
    public static List<StepRange> Of(IEnumerable<int> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var runs = new List<StepRange>();
        foreach (var step in steps)
        {
            if (runs.Count > 0 && runs[^1].To == step)
                runs[^1] = runs[^1] with { To = step + 1 };
            else
                runs.Add(new StepRange(step, step + 1));
        }

        return runs;
    }
}
