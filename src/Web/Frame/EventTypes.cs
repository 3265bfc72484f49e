using Pylon.Events.V1;

namespace Pylon.Web.Frame;

/// <summary>The types of the broadcast's events, for which a browser listens one by one.</summary>
internal static class EventTypes
{
    /// <summary>With spaces between, for example pylon.workload.queued.v1 pylon.workload.failed.v1.</summary>
    public static string All { get; } = string.Join(' ', Event.Descriptor.Oneofs[0].Fields.Select(field => Of(field.Name)));

    // As services name them: workload_step_completed is pylon.workload.step_completed.v1.
    private static string Of(string field)
    {
        var kind = field.IndexOf('_', StringComparison.Ordinal);
        return $"pylon.{field[..kind]}.{field[(kind + 1)..]}.v1";
    }
}
