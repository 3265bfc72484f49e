using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.OpenApi;

/// <summary>
/// The reasons for which a call is refused. An rpc has those that its comment, or the one of its service, names; a test
/// compares them with the code.
/// </summary>
internal static partial class Reasons
{
    private static readonly Dictionary<string, StatusCode> Codes = new (StatusCode Code, string[] Reasons)[]
    {
        (StatusCode.NotFound,
        [
            "AGENT_NOT_FOUND", "ALERT_NOT_FOUND", "ALERT_NOTICE_NOT_FOUND", "BATCH_NOT_FOUND", "DATA_CENTRE_NOT_FOUND", "DEAD_LETTER_NOT_FOUND",
            "DECISION_CONTEXT_NOT_FOUND", "ENTITY_NOT_FOUND", "HOTSPOT_NOT_FOUND", "KEY_NOT_FOUND", "LLM_OUTPUT_NOT_FOUND", "OPERATOR_NOT_FOUND",
            "OPERATOR_SUMMARY_NOT_FOUND", "POSTCODE_NOT_FOUND", "RECOMMENDATION_NOT_FOUND", "RUN_NOT_FOUND", "SHIFT_PROPOSAL_NOT_FOUND",
            "SILENCE_NOT_FOUND", "STORAGE_ASSET_NOT_FOUND", "USER_NOT_FOUND", "USER_SUMMARY_NOT_FOUND", "WORKLOAD_NOT_FOUND",
        ]),
        (StatusCode.AlreadyExists,
        [
            "AGENT_EXISTS", "ALREADY_DECIDED", "ALREADY_IMPLEMENTED", "DATA_CENTRE_EXISTS", "JOB_ID_USED", "OPERATOR_EXISTS",
            "REQUEST_ID_REUSED", "STORAGE_ASSET_EXISTS", "USER_EXISTS",
        ]),
        (StatusCode.FailedPrecondition,
        [
            "ALREADY_CHOSEN", "BANDS_MISSING", "BOUNDARIES_MIXED", "CHOICE_MADE", "CONSTRAINT_BROKEN", "DEAD_LETTER_DISCARDED", "DEAD_LETTER_REPLAYED",
            "FACTOR_BLANK", "FACTOR_UNKNOWN", "FORECAST_MISSING", "HOTSPOT_NOT_OPEN", "HOTSPOT_OVER", "IN_USE", "LEASE_LOST", "LEVER_NOT_APPLICABLE", "NEWER_HOTSPOT",
            "NOTHING_TO_CHOOSE", "NOTHING_TO_SHIFT", "NOTICE_SENT", "NOT_APPROVED", "NOT_FAILED", "NOT_OF_BASELINE", "NOT_SHIFTABLE", "NO_CONTEXT",
            "NO_FEASIBLE_WINDOW", "OPTION_REFUSED", "OTHER_SEED", "REGION_UNKNOWN", "SERIES_HAS_GAPS", "SERIES_TOO_SHORT", "SHIFT_REFUSED",
            "STILL_NOT_PROCESSABLE", "SYNTHETIC_WORLD_OFF", "WORK_BEGUN",
        ]),
        (StatusCode.ResourceExhausted, ["POSTCODE_LOOKUPS_BUSY", "SLOW_READER"]),
        (StatusCode.Unavailable,
        [
            "CONDUCTOR_UNAVAILABLE", "EVENTS_UNAVAILABLE", "INGESTION_UNAVAILABLE", "ORCHESTRATOR_UNAVAILABLE", "RUN_JUST_ENDED", "SCAN_RUNNING", "SOURCE_UNAVAILABLE",
            "STATE_UNAVAILABLE", "TOO_MANY_SUBSCRIBERS",
        ]),
    }.SelectMany(row => row.Reasons.Select(reason => (reason, row.Code))).ToDictionary(each => each.reason, each => each.Code, StringComparer.Ordinal);

    /// <summary>Those that the comments of an rpc and of its service name, by HTTP status.</summary>
    public static ILookup<int, string> Of(MethodDescriptor rpc, ProtoComments comments) =>
        Word().Matches($"{comments[rpc.Service]} {comments[rpc]}").Select(match => match.Value).Distinct(StringComparer.Ordinal)
            .Where(Codes.ContainsKey).Order(StringComparer.Ordinal)
            .ToLookup(reason => StatusMap.ToHttp(Codes[reason]));

    // The text is our own; a short limit would only fail on a machine that is busy, and the document with it.
    [GeneratedRegex("[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Word();
}
