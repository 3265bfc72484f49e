using Google.Protobuf;
using Google.Protobuf.Reflection;
using Pylon.Gateway.Contracts;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Fuzzing.Targets;

/// <summary>JSON bodies of the request messages: problems, and never an exception; a message without one can be sent and shown.</summary>
internal sealed class BodyTarget() : FuzzTarget("bodies")
{
    private const int MaxDepth = 64;

    public override FuzzInput Next(Random random)
    {
        var choice = random.Next(Requests.All.Count);
        var names = Requests.Names[choice];
        return random.Next(5) switch
        {
            0 => new(Utf8(AnyJson.Anything(random, names)), choice),
            1 => new(Utf8(AnyJson.Object(random, 4, names)), choice),
            2 => new(Mutation.Of(random, Utf8(Likely(random, Requests.All[choice], 4))), choice),
            _ => new(Utf8(Likely(random, Requests.All[choice], 4)), choice),
        };
    }

    public override void Read(FuzzInput input)
    {
        var message = Messages.New(Requests.All[input.Choice]);
        var problems = new List<FieldProblem>();
        new RequestBinder(Contract.Json, MaxDepth).ReadBody(message, field: null, input.Bytes, problems);
        Expect(problems.TrueForAll(p => p.Description.Length > 0), "a problem says the rule");
        if (problems.Count > 0)
        {
            _ = Problem.OfFields(problems).ToJson();
            return;
        }

        // Bytes, because NaN is not equal to itself and -0 is not sent.
        var sent = message.ToByteArray();
        Expect(message.Descriptor.Parser.ParseFrom(sent).ToByteArray().AsSpan().SequenceEqual(sent), "the message can be sent");
        _ = Contract.Json.ToUtf8(message);
    }

    // By the descriptor, with a value of another kind now and then.
    private static string Likely(Random random, MessageDescriptor message, int depth)
    {
        if (message.FullName.StartsWith("google.protobuf.", StringComparison.Ordinal))
            return AnyJson.Value(random, 2);
        var members = message.Fields.InDeclarationOrder().Where(_ => random.Next(3) > 0).Select(field =>
            $"\"{(random.Next(2) == 0 ? field.Name : field.JsonName)}\":{(field.IsMap ? $"{{\"k\":{AnyJson.Value(random, 2)}}}" : field.IsRepeated ? $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => One(random, field, depth)))}]" : One(random, field, depth))}");
        return $"{{{string.Join(',', members)}}}";
    }

    private static string One(Random random, FieldDescriptor field, int depth) => random.Next(12) == 0 ? AnyJson.Value(random, 2) : field.FieldType switch
    {
        FieldType.Message => depth > 0 ? Likely(random, field.MessageType, depth - 1) : "null",
        FieldType.Enum => $"\"{field.EnumType.Values[random.Next(field.EnumType.Values.Count)].Name}\"",
        FieldType.Bool => "true",
        FieldType.String => "\"x\"",
        FieldType.Bytes => "\"AAAA\"",
        _ => "1",
    };
}
