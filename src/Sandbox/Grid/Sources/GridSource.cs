using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;

namespace Pylon.Sandbox.Grid.Sources;

/// <summary>A source of grid data that the sandbox plays, with its own faults and log.</summary>
internal abstract class GridSource(string name, IReadOnlyList<string> datasets, int outlier)
{
    public string Name { get; } = name;

    /// <summary>What a fault can be meant for.</summary>
    public IReadOnlyList<string> Datasets { get; } = datasets;

    /// <summary>A value that cannot be.</summary>
    public int Outlier { get; } = outlier;

    public FaultBoard Faults { get; } = new();

    public GridRequests Requests { get; } = new();

    /// <param name="path">Below the source's base, without slashes around it.</param>
    /// <param name="query">As it was asked.</param>
    /// <param name="now">The clock; the answer follows from the three.</param>
    public abstract GridAnswer Answer(string path, IQueryCollection query, DateTimeOffset now);

    /// <summary>One of <see cref="Datasets"/>, or other.</summary>
    public abstract string DatasetOf(string path);

    /// <summary>The body that the source sends with a status that is no success.</summary>
    public abstract JToken Failure(int status);

    /// <summary>True when a flag in the body, not the status, says whether a request succeeded.</summary>
    public virtual bool HasSuccessFlag => false;

    /// <summary>The body of an answer with nothing in it.</summary>
    public virtual JToken Nothing => new JObject { ["data"] = new JArray() };
}
