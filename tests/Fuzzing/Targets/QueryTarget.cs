using Google.Protobuf;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Fuzzing.Targets;

/// <summary>Query strings over the request messages: problems, and never an exception.</summary>
internal sealed class QueryTarget() : FuzzTarget("queries")
{
    private static readonly string[] Values =
    [
        "", "x", "0", "-1", "1.0", "1e400", "1e-400", "NaN", "-Infinity", "∞", "99999999999999999999", "9223372036854775808", "true", "TRUE", "2026-03-04T09:30:00Z", "9999-12-31T23:59:59.9999999999Z", "0001-01-01T00:00:00%2B23:59", "2026-02-30T00:00:00Z",
        "315576000000s", "-315576000001s", "1.9999999999s", "-s", ".s", "a,b", "a.b.c,_x", "A,,b", "%00", "%ff%fe", "%", "%ed%a0%80", "+", "QUEUED", "queued", "5", "AAAA", "AA=A", "A A", "null", "{}", new('9', 2000), new('x', 3000),
    ];

    public override FuzzInput Next(Random random)
    {
        var choice = random.Next(Requests.All.Count);
        var names = Requests.Names[choice];
        var query = "?" + string.Join(random.Next(20) == 0 ? ";" : "&", Enumerable.Range(0, random.Next(8)).Select(_ =>
        {
            var name = names[random.Next(names.Count)];
            if (random.Next(6) == 0)
                name += "." + names[random.Next(names.Count)];
            return random.Next(12) == 0 ? name : $"{name}={Values[random.Next(Values.Length)]}";
        }));
        return new(random.Next(3) switch { 0 => Mutation.Of(random, Utf8(query)), 1 when random.Next(4) == 0 => Utf8(AnyJson.Text(random, 80)), _ => Utf8(query) }, choice);
    }

    public override void Read(FuzzInput input)
    {
        var message = Messages.New(Requests.All[input.Choice]);
        var problems = new List<FieldProblem>();
        QueryReader.Read(message, Text(input), _ => false, problems);
        Expect(problems.TrueForAll(p => p.Description.Length > 0), "a problem says the rule");
        if (problems.Count > 0)
            _ = Problem.OfFields(problems).ToJson();
        else
            Expect(message.Descriptor.Parser.ParseFrom(message.ToByteArray()).CalculateSize() == message.CalculateSize(), "the message can be sent");
    }
}
