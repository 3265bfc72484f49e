using System.Diagnostics;

namespace Pylon.Orchestrator.Workloads;

/// <summary>A W3C trace context as rows keep it, so that work done later finds the trace that it belongs to.</summary>
internal static class Traceparent
{
    /// <summary>That of the running code; null when nobody traces it.</summary>
    public static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;

    /// <summary>Links the running span to a stored one.</summary>
    public static void Link(string? traceparent)
    {
        if (ActivityContext.TryParse(traceparent, null, out var context))
            Activity.Current?.AddLink(new ActivityLink(context));
    }
}
