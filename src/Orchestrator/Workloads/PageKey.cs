using Pylon.Rpc;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Where a page begins of a list that is ordered by time and id, the newest first.</summary>
internal static class PageKey
{
    public static object[] Of(PageToken? after) => after is { } token
        ? [token.Time, token.Id]
        : [DateTime.MaxValue, Guid.AllBitsSet];
}
