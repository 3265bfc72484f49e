using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Grid.Neso;

/// <summary>A file of the portal: in which package, under which name, when it changed last and what was in it then.</summary>
/// <param name="Package">The name of the package.</param>
/// <param name="Name">By which it is to be found; the id may change.</param>
/// <param name="Id">Of the resource.</param>
/// <param name="FileName">Of the download.</param>
/// <param name="Modified">The last change at a moment.</param>
/// <param name="Rows">The rows as of a change, without their numbers; null for a document.</param>
internal sealed record NesoFile(
    string Package, string Name, string Id, string FileName, Func<DateTimeOffset, DateTimeOffset> Modified, Func<DateTimeOffset, IEnumerable<JObject>>? Rows);
