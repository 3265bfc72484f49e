namespace Pylon.LocalStack.Machine;

/// <summary>Is told what the stack does, for a person who waits.</summary>
public interface IStackReporter
{
    /// <summary>A step begins that may take a while.</summary>
    void Begin(string step);

    /// <summary>A step is done; <paramref name="detail"/> is what came of it.</summary>
    void Done(string step, string detail, TimeSpan took);

    /// <summary>A step did not come to its end; why is told by the exception.</summary>
    void Failed(string step);

    /// <summary>Something worth knowing.</summary>
    void Note(string text);

    /// <summary>Something went wrong and is being dealt with, or not.</summary>
    void Warn(string text);
}

internal sealed class SilentReporter : IStackReporter
{
    public static readonly SilentReporter Instance = new();

    public void Begin(string step)
    {
    }

    public void Done(string step, string detail, TimeSpan took)
    {
    }

    public void Failed(string step)
    {
    }

    public void Note(string text)
    {
    }

    public void Warn(string text)
    {
    }
}

public static class StackReporterSteps
{
    /// <summary>Runs a step, told before and after.</summary>
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
