namespace Pylon.LocalStack.Machine;

/// <summary>Shows progress to a person who waits; shows nothing by default.</summary>
public interface IStackReporter
{
    /// <summary>A step begins. Several may be open at a time.</summary>
    void Begin(string step) { }

    /// <summary>A step is done; <paramref name="detail"/> is its result.</summary>
    void Done(string step, string detail, TimeSpan took) { }

    /// <summary>A step failed; the exception says why.</summary>
    void Failed(string step) { }

    /// <summary>Something worth knowing.</summary>
    void Note(string text) { }

    /// <summary>Something went wrong; the stack goes on.</summary>
    void Warn(string text) { }
}

/// <summary>Shows nothing.</summary>
internal sealed class SilentReporter : IStackReporter
{
    public static readonly SilentReporter Instance = new();
}

/// <summary>Steps with their time.</summary>
public static class StackReporterSteps
{
    /// <summary>Runs a step and reports its begin and its end.</summary>
    public static async Task<T> StepAsync<T>(this IStackReporter reporter, string step, Func<Task<T>> run, Func<T, string> detail)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        reporter.Begin(step);
        try
        {
            var result = await run();
            reporter.Done(step, detail(result), clock.Elapsed);
            return result;
        }
        catch
        {
            reporter.Failed(step);
            throw;
        }
    }
}
