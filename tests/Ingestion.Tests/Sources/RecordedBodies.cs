using System.Text.Json;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.CarbonIntensity;
using Pylon.Ingestion.Sources.Elexon;
using Pylon.Ingestion.Sources.Neso;

namespace Pylon.Ingestion.Tests.Sources;

/// <summary>
/// Bodies that the sources really sent. They are not ours to ship: PYLON_GRID_BODIES names their folder, or they lie in
/// shared/reference/grid beside the checkout; without them the tests have nothing to read and pass.
/// </summary>
internal static class RecordedBodies
{
    public static IReadOnlyList<string> Files { get; } = Find();

    public static ParsedBody Read(string file)
    {
        var text = File.ReadAllText(file);
        var name = Path.GetFileNameWithoutExtension(file);
        if (file.EndsWith(".csv"))
            return NesoRows.ReadFile(text, name);
        return Path.GetFileName(Path.GetDirectoryName(file)) switch
        {
            "elexon" => ElexonBody.Read(text, name),
            "neso" => CkanBody.ReadRecords(text, name).Parsed,
            _ => CarbonIntensityBody.Read(text, name),
        };
    }

    /// <summary>Counted in the file itself, not by what is tested.</summary>
    public static long RowsIn(string file)
    {
        var text = File.ReadAllText(file);
        if (file.EndsWith(".csv"))
            return text.Split('\n').Skip(1).LongCount(line => line.Trim().Length > 0);
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return Path.GetFileName(Path.GetDirectoryName(file)) == "neso" ? root.GetProperty("result").GetProperty("records").GetArrayLength() : Count(root.GetProperty("data"));
    }

    // The half hours at the ends of the tree.
    private static long Count(JsonElement data) => data.ValueKind == JsonValueKind.Array
        ? data.EnumerateArray().Sum(Count)
        : data.TryGetProperty("regions", out var regions) ? regions.GetArrayLength()
        : data.TryGetProperty("data", out var inner) ? Count(inner) : 1;

    /// <summary>A published example of the Beckn specification; null when the folder is not there.</summary>
    public static string? BecknExample(string path) =>
        Beside("beckn") is { } folder && Path.Combine(folder, "examples", path) is var file && File.Exists(file) ? File.ReadAllText(file) : null;

    private static string? Beside(string reference)
    {
        for (var up = new DirectoryInfo(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            var folder = Path.Combine(up.FullName, "shared", "reference", reference);
            if (Directory.Exists(folder))
                return folder;
        }

        return null;
    }

    private static IReadOnlyList<string> Find()
    {
        var folder = Environment.GetEnvironmentVariable("PYLON_GRID_BODIES") ?? Beside("grid");
        return folder is null ? [] :
        [
            .. new[] { "carbon-intensity", "neso", "elexon", "series" }.Select(name => Path.Combine(folder, name)).Where(Directory.Exists)
                .SelectMany(Directory.EnumerateFiles).Where(f => !Path.GetFileName(f).StartsWith("package_show")).Order(StringComparer.Ordinal),
        ];
    }
}
