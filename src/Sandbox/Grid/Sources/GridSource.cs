using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Grid.Sources;

/// <summary>A simulated source of grid data, with its own faults and log.</summary>
internal abstract class GridSource(string name, IReadOnlyList<string> datasets, int outlier)
{
    public string Name { get; } = name;

    /// <summary>The datasets that a fault can select.</summary>
    public IReadOnlyList<string> Datasets { get; } = datasets;

    /// <summary>An impossible value.</summary>
    public int Outlier { get; } = outlier;

    public FaultBoard Faults { get; } = new();

    /// <summary>The last requests and how each was answered.</summary>
    public RecentRequests<object> Requests { get; } = new(2_000);

    /// <param name="path">Path below the source's base, without leading and trailing slashes.</param>
    /// <param name="query">The query of the request.</param>
    /// <param name="now">The current time; path, query and time determine the answer.</param>
    public abstract GridAnswer Answer(string path, IQueryCollection query, DateTimeOffset now);

    /// <summary>One of <see cref="Datasets"/>, or other.</summary>
    public abstract string DatasetOf(string path);

    /// <summary>The body that the source sends with an error status.</summary>
    public abstract JToken Failure(int status);

    /// <summary>True when a flag in the body, not the status, says whether a request succeeded.</summary>
    public virtual bool HasSuccessFlag => false;

    /// <summary>The body of an empty answer.</summary>
    public virtual JToken Nothing => new JObject { ["data"] = new JArray() };
}
