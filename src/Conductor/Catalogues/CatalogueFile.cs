using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pylon.Conductor.Catalogues;

/// <summary>The catalogue as a file; see catalogue.json.</summary>
internal sealed record CatalogueFile(IReadOnlyList<CatalogueFile.PhaseEntry>? Phases, IReadOnlyList<CatalogueFile.PipelineEntry>? Pipelines)
{
    /// <param name="Name">Lower-case letters, digits and underscores.</param>
    /// <param name="Requires">Phases that must be complete before.</param>
    /// <param name="WithoutPipeline">Other services report it, and it is in no pipeline on purpose.</param>
    public sealed record PhaseEntry(string? Name, IReadOnlyList<string>? Requires, bool WithoutPipeline);

    /// <param name="Targets">The target phases; the phases that they require are added.</param>
    public sealed record PipelineEntry(string? Name, string? Description, IReadOnlyList<string>? Targets);

    /// <exception cref="JsonException">It is not JSON, or has an unknown member.</exception>
    public static CatalogueFile Parse(string json) =>
        JsonSerializer.Deserialize(json, CatalogueJson.Default.CatalogueFile) ?? new CatalogueFile([], []);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogueFile))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
