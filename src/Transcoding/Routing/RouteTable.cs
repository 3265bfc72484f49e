namespace Pylon.Transcoding.Routing;

/// <summary>What a path leads to: a binding, or the methods that the path allows, or nothing.</summary>
public sealed record RouteMatch(Binding? Binding, IReadOnlyList<string> Path, IReadOnlyCollection<string> Allowed)
{
    public static readonly RouteMatch None = new(null, [], []);
}

/// <summary>
/// Finds the binding of a request: a tree by segment, where a literal wins over <c>*</c> and <c>*</c> over <c>**</c>,
/// at the first segment in which two templates differ. A known verb wins over a variable that would include it.
/// </summary>
public sealed class RouteTable
{
    private readonly Node _root = new();

    public RouteTable(IEnumerable<Binding> bindings)
    {
        foreach (var binding in bindings)
            Add(binding);
    }

    /// <summary>Looks up a raw (still percent-encoded) path.</summary>
    public RouteMatch Match(string httpMethod, string rawPath)
    {
        if (!rawPath.StartsWith('/'))
            return RouteMatch.None;
        var path = rawPath.Length == 1 ? [] : rawPath[1..].Split('/');
        var colon = path.Length > 0 ? path[^1].LastIndexOf(':') : -1;
        if (colon >= 0)
        {
            string[] withoutVerb = [.. path[..^1], path[^1][..colon]];
            var match = Find(httpMethod, withoutVerb, path[^1][(colon + 1)..]);
            if (match.Binding is not null || match.Allowed.Count > 0)
                return match;
        }

        return Find(httpMethod, path, verb: "");
    }

    private RouteMatch Find(string httpMethod, string[] path, string verb)
    {
        var allowed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var end in Ends(_root, path, 0))
        {
            if (!end.TryGetValue(verb, out var byMethod))
                continue;
            if (Choose(byMethod, httpMethod) is { } binding)
                return new RouteMatch(binding, path, []);
            allowed.UnionWith(byMethod.Keys);
        }

        if (allowed.Contains("GET"))
            allowed.Add("HEAD");
        return new RouteMatch(null, path, allowed);
    }

    private static Binding? Choose(Dictionary<string, Binding> byMethod, string httpMethod) =>
        byMethod.GetValueOrDefault(httpMethod)
        ?? (string.Equals(httpMethod, "HEAD", StringComparison.Ordinal) ? byMethod.GetValueOrDefault("GET") : null)
        ?? byMethod.GetValueOrDefault("*");

    private static IEnumerable<Dictionary<string, Dictionary<string, Binding>>> Ends(Node node, string[] path, int at)
    {
        if (at == path.Length)
        {
            yield return node.Ends;
        }
        else
        {
            if (PercentEncoding.TryDecode(path[at], keepSlashes: false, out var text)
                && node.Literals.TryGetValue(text, out var literal))
            {
                foreach (var end in Ends(literal, path, at + 1))
                    yield return end;
            }

            if (path[at].Length > 0 && node.Single is { } single)
            {
                foreach (var end in Ends(single, path, at + 1))
                    yield return end;
            }
        }

        if (node.Multi is { } multi)
            yield return multi.Ends;
    }

    private void Add(Binding binding)
    {
        var node = _root;
        foreach (var segment in binding.Template.Segments)
            node = node.Next(segment);
        if (!node.Ends.TryGetValue(binding.Template.Verb, out var byMethod))
            node.Ends[binding.Template.Verb] = byMethod = new(StringComparer.Ordinal);
        if (!byMethod.TryAdd(binding.HttpMethod, binding))
            throw new FormatException($"{binding.HttpMethod} {binding.Template.Text} is bound twice: {byMethod[binding.HttpMethod].Rpc.FullName} and {binding.Rpc.FullName}.");
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Literals { get; } = new(StringComparer.Ordinal);

        public Node? Single { get; private set; }

        public Node? Multi { get; private set; }

        public Dictionary<string, Dictionary<string, Binding>> Ends { get; } = new(StringComparer.Ordinal);

        public Node Next(TemplateSegment segment) => segment.Kind switch
        {
            SegmentKind.Single => Single ??= new Node(),
            SegmentKind.Multi => Multi ??= new Node(),
            _ => Literals.TryGetValue(segment.Text, out var next) ? next : Literals[segment.Text] = new Node(),
        };
    }
}
