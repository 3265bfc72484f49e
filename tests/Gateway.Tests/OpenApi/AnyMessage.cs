using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace Pylon.Gateway.Tests.OpenApi;

/// <summary>Messages with any values that a service may answer with.</summary>
internal sealed class AnyMessage(Random random)
{
    private const int Deepest = 4;

    public IMessage Of(MessageDescriptor type, int depth = 0)
    {
        switch (type.FullName)
        {
            case "google.protobuf.Timestamp": return Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddMilliseconds(random.NextInt64(4_000_000_000_000)));
            case "google.protobuf.Duration": return new Duration { Seconds = random.Next(100_000), Nanos = random.Next(1000) * 1_000_000 };
            case "google.protobuf.FieldMask": return new FieldMask { Paths = { "name", "user_email" } };
            case "google.protobuf.Value": return Value.ForString(Text());
            case "google.protobuf.ListValue": return new ListValue { Values = { Value.ForNumber(1), Value.ForNull() } };
            case "google.protobuf.Struct": return new Struct { Fields = { ["a"] = Value.ForBool(true), ["b"] = Value.ForStruct(new Struct()) } };
        }

        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder())
            Fill(message, field, depth);
        return message;
    }

    private void Fill(IMessage message, FieldDescriptor field, int depth)
    {
        // A service sets the message that is its answer. A oneof keeps the field that was set last.
        var isAnswer = depth == 0 && field is { FieldType: FieldType.Message, IsRepeated: false };
        if ((random.Next(3) == 0 && !isAnswer) || (depth >= Deepest && field.FieldType == FieldType.Message))
            return;
        if (field.IsMap)
        {
            var map = (IDictionary)field.Accessor.GetValue(message);
            map[One(field.MessageType.FindFieldByNumber(1), depth)] = One(field.MessageType.FindFieldByNumber(2), depth + 1);
        }
        else if (field.IsRepeated)
        {
            for (var i = random.Next(3); i > 0; i--)
                ((IList)field.Accessor.GetValue(message)).Add(One(field, depth + 1));
        }
        else
        {
            field.Accessor.SetValue(message, One(field, depth + 1));
        }
    }

    private object One(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message => Of(field.MessageType, depth) is var message && field.MessageType.File == WrappersReflection.Descriptor ? message.Descriptor.FindFieldByNumber(1).Accessor.GetValue(message) : message,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[random.Next(field.EnumType.Values.Count)].Number),
        FieldType.String => Text(),
        FieldType.Bytes => ByteString.CopyFrom(1, 2, (byte)random.Next(256)),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Double => random.NextDouble() * 1000,
        FieldType.Float => random.NextSingle() * 1000,
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => random.Next(-1000, 1000),
        FieldType.UInt32 or FieldType.Fixed32 => (uint)random.NextInt64(uint.MaxValue),
        FieldType.UInt64 or FieldType.Fixed64 => (ulong)random.NextInt64(),
        _ => random.NextInt64(long.MinValue, long.MaxValue),
    };

    private string Text() => ((string[])["", "a", "ü \"quoted\"\n", "SUP-001"])[random.Next(4)];
}
