using System.Text.Json;
using Pylon.Insights.Playbook;

namespace Pylon.Insights.Tests.Playbook;

/// <summary>A situation with the measures that a person who knows the trade would accept; from situations.json.</summary>
internal sealed record Situation(string Kind, string Cause, Dictionary<string, JsonElement> Features, IReadOnlyList<string> Acceptable)
{
    /// <summary>What it is about, in words.</summary>
    public required string Text { get; init; }

    public static IReadOnlyList<Situation> All { get; } = Read();

    public Facts Facts()
    {
        var facts = new Facts();
        foreach (var (name, value) in Features)
        {
            if (value.ValueKind == JsonValueKind.String)
                facts.With(name, value.GetString());
            else
                facts.With(name, value.GetDouble());
        }

        return facts.Derive(Kind);
    }

    private static List<Situation> Read()
    {
        using var stream = typeof(Situation).Assembly.GetManifestResourceStream("situations.json")!;
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. document.RootElement.EnumerateArray().Select(each => new Situation(
                each.GetProperty("kind").GetString()!,
                each.GetProperty("cause").GetString()!,
                each.GetProperty("features").EnumerateObject().ToDictionary(f => f.Name, f => f.Value.Clone(), StringComparer.Ordinal),
                [.. each.GetProperty("acceptable").EnumerateArray().Select(id => id.GetString()!)])
            {
                Text = each.GetProperty("situation").GetString()!,
            }),
        ];
    }
}
