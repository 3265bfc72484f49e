using Google.Protobuf.WellKnownTypes;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Catalog;

/// <summary>What a Beckn search asks for. Pure.</summary>
/// <param name="Words">Empty for all.</param>
/// <param name="TransactionId">Empty when it gives none.</param>
/// <param name="MessageId">Empty when it gives none.</param>
internal sealed record SearchIntent(string Words, string TransactionId, string MessageId)
{
    private const int Longest = 200;

    /// <exception cref="RefusalException">A field breaks its rule.</exception>
    public static SearchIntent Parse(Struct? body)
    {
        if (body is null)
            throw Refusal.InvalidArgument("body", "must be a JSON object").AsException();
        if (Text(body, "context", "action") is { Length: > 0 } action && action != "search")
            throw Refusal.InvalidArgument("context.action", "must be search").AsException();
        return new SearchIntent(
            Text(body, "message", "intent", "item", "descriptor", "name") is { Length: > 0 } item ? item : Text(body, "message", "intent", "descriptor", "name"),
            Text(body, "context", "transaction_id"),
            Text(body, "context", "message_id"));
    }

    // Empty when it is missing.
    private static string Text(Struct body, params string[] path)
    {
        var value = new Value { StructValue = body };
        foreach (var name in path)
        {
            if (value.KindCase != Value.KindOneofCase.StructValue || !value.StructValue.Fields.TryGetValue(name, out value!))
                return "";
        }

        return value.KindCase switch
        {
            Value.KindOneofCase.StringValue => Field.Text(value.StringValue, string.Join('.', path), 0, Longest),
            Value.KindOneofCase.NullValue or Value.KindOneofCase.None => "",
            _ => throw Refusal.InvalidArgument(string.Join('.', path), "must be a text").AsException(),
        };
    }
}
