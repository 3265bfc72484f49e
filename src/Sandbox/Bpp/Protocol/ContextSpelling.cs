using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Bpp.Protocol;

/// <summary>The names of a context: snake case as in Beckn 2.0.0 (bap_id), camel case as in 2.0 LTS (bapId).</summary>
internal static class ContextSpelling
{
    public static string Camel(string name) =>
        string.Concat(name.Split('_').Select((word, index) => index == 0 ? word : $"{char.ToUpperInvariant(word[0])}{word[1..]}"));

    public static JObject Camel(JObject context) => new(context.Properties().Select(p => new JProperty(Camel(p.Name), p.Value)));

    /// <summary>The context with the given names in snake case; those in camel case are renamed.</summary>
    public static JObject Snake(JObject context, IReadOnlyCollection<string> names) =>
        new(context.Properties().Select(p => new JProperty(names.FirstOrDefault(name => Camel(name) == p.Name) ?? p.Name, p.Value)));
}
