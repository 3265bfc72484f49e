using Pylon.Gateway.Contracts;
using Pylon.Transcoding.Requests;
using Pylon.Transcoding.Routing;

namespace Pylon.Fuzzing.Targets;

/// <summary>Path templates, for which the refusal is FormatException, and the paths of requests, which never throw.</summary>
internal sealed class PathTarget() : FuzzTarget("paths")
{
    private static readonly IReadOnlyList<Binding> Bindings = Binding.Of(Contract.Services);
    private static readonly RouteTable Routes = new(Bindings);
    private static readonly string[] Segments = ["a", "*", "**", "{a}", "{a.b}", "{a=b/*}", "{a=**}", "{a.b=c/*/d}", "{}", "{=}", "{a={b}}", "{a..b}", "", "a:b", ":v", "%2F", "%zz", "%ff", "é", "\0", "v1", "api"];

    public override FuzzInput Next(Random random)
    {
        var isPath = random.Next(2);
        var binding = Bindings[random.Next(Bindings.Count)].Template.Text;
        var text = random.Next(4) switch
        {
            0 => AnyJson.Text(random, 60),
            1 => "/" + string.Join('/', Enumerable.Range(0, random.Next(6)).Select(_ => Segments[random.Next(Segments.Length)])) + (random.Next(3) == 0 ? ":verb" : ""),
            _ => isPath == 0 ? binding : string.Join('/', binding.Split('/').Select(s => s.StartsWith('{') || random.Next(12) == 0 ? Segments[random.Next(Segments.Length)] : s)),
        };
        return new(random.Next(3) == 0 ? Mutation.Of(random, Utf8(text)) : Utf8(text), isPath);
    }

    public override void Read(FuzzInput input)
    {
        var text = Text(input);
        if (input.Choice == 0)
        {
            try
            {
                var template = PathTemplate.Parse(text);
                Expect(template.Variables.All(v => v.Start < v.End && v.End <= template.Segments.Count), "a variable has segments of the template");
                Expect(PathTemplate.Parse(template.Text).Segments.SequenceEqual(template.Segments), "a template is read the same again");
            }
            catch (FormatException)
            {
                // As documented.
            }

            return;
        }

        foreach (var method in new[] { "GET", "POST", "PATCH", "DELETE", "HEAD" })
        {
            var match = Routes.Match(method, text);
            if (match.Binding is null)
                continue;
            new RequestBinder(Contract.Json, 64).Bind(match, query: null, ReadOnlyMemory<byte>.Empty, []);
            Expect(match.Path.Count >= match.Binding.Template.Segments.Count(s => s.Kind != SegmentKind.Multi), "the path has the segments of the template");
        }
    }
}
