using System.Text.Json;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Workloads;

/// <summary>The states of a workload as the database writes them; docs/states.md draws the transitions.</summary>
internal static class Status
{
    public const string Queued = "queued";
    public const string Processing = "processing";
    public const string PendingUserChoice = "pending_user_choice";
    public const string Choosing = "choosing";
    public const string Scheduled = "scheduled";
    public const string Failed = "failed";
    public const string Cancelling = "cancelling";
    public const string Cancelled = "cancelled";

    /// <summary>True when nothing more happens without the user.</summary>
    public static bool IsSettled(string status) => status is Scheduled or Failed or Cancelled;

    public static string FromProto(WorkloadStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}
