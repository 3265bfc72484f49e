using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Grid.Neso;

/// <summary>A file of the portal.</summary>
/// <param name="Package">The name of the package.</param>
/// <param name="Name">The name of the resource; clients look it up by name because the id may change.</param>
/// <param name="Id">The id of the resource.</param>
/// <param name="FileName">The file name of the download.</param>
/// <param name="Modified">The time of the last change, at a given time.</param>
/// <param name="Rows">The rows as of a change, without their numbers; null for a document.</param>
internal sealed record NesoFile(
    string Package, string Name, string Id, string FileName, Func<DateTimeOffset, DateTimeOffset> Modified, Func<DateTimeOffset, IEnumerable<JObject>>? Rows);
