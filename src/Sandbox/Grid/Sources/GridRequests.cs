using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Grid.Sources;

/// <summary>The last requests to a source and how each was answered.</summary>
internal sealed class GridRequests() : RecentRequests<object>(2_000)
{
    private const int LongestPath = 500;

    /// <param name="answer">The status, or the fault that replaced the answer.</param>
    public void Add(DateTimeOffset at, string dataset, string path, string answer, IEnumerable<string> faults) =>
        Add(new { at, dataset, path = path.Length > LongestPath ? path[..LongestPath] : path, answer, faults });
}
