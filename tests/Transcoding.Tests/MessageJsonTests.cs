using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Pylon.Testing.V1;
using Pylon.Transcoding.Json;

namespace Pylon.Transcoding.Tests;

/// <summary>What a message looks like as JSON, also against the formatter of Google.Protobuf.</summary>
public sealed class MessageJsonTests
{
    private static readonly MessageJson Json = new([EchoServiceReflection.Descriptor]);

    private static readonly JsonFormatter Library = new(JsonFormatter.Settings.Default
        .WithPreserveProtoFieldNames(true)
        .WithFormatDefaultValues(true)
        .WithTypeRegistry(TypeRegistry.FromFiles(EchoServiceReflection.Descriptor)));

    [Fact]
    public void MessageWithoutValuesHasTheFieldsWithoutPresence() => Assert.Equal("""{"name":"","count":0,"children":[]}""", Text(new Inner()));

    [Fact]
    public void EmptyMessageIsTheSameAsTheLibrarys() => AssertSame(new EchoRequest());

    [Fact]
    public void EveryFormOfFieldIsTheSameAsTheLibrarys() => AssertSame(Full());

    [Theory]
    [InlineData("")]
    [InlineData("<b>&'\"\\/+ü€😀\u0000\u0001\u001f\u007f\u2028\n\t")]
    public void TextIsTheSameAsTheLibrarys(string text) => AssertSame(new EchoRequest { Text = text, Texts = { text, "" }, Left = text, WrappedText = text, Counts = { [text] = 1 } });

    [Theory]
    [InlineData(0)]
    [InlineData(-0.0)]
    [InlineData(45)]
    [InlineData(0.1)]
    [InlineData(1e16)]
    [InlineData(-1.5e-7)]
    [InlineData(double.MaxValue)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void RealNumberIsTheSameAsTheLibrarys(double number) => AssertSame(new EchoRequest { DoubleValue = number, FloatValue = (float)number });

    [Theory]
    [InlineData(int.MinValue, long.MinValue, uint.MinValue, ulong.MinValue)]
    [InlineData(int.MaxValue, long.MaxValue, uint.MaxValue, ulong.MaxValue)]
    public void IntegerIsTheSameAsTheLibrarys(int i32, long i64, uint u32, ulong u64) =>
        AssertSame(new EchoRequest { Int32Value = i32, Int64Value = i64, Uint32Value = u32, Uint64Value = u64, Right = i32, WrappedInt = i32 });

    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00Z")]
    [InlineData(-1, 1, "1969-12-31T23:59:59.000000001Z")]
    [InlineData(1772618400, 500_000_000, "2026-03-04T10:00:00.500Z")]
    [InlineData(1772618400, 54_486_000, "2026-03-04T10:00:00.054486Z")]
    [InlineData(-62135596800, 0, "0001-01-01T00:00:00Z")]
    [InlineData(253402300799, 999_999_999, "9999-12-31T23:59:59.999999999Z")]
    public void TimeHasAsManyDigitsAsItNeeds(long seconds, int nanos, string text)
    {
        var message = new EchoRequest { Time = new Timestamp { Seconds = seconds, Nanos = nanos } };

        Assert.Equal(text, JsonNode.Parse(Json.ToUtf8(message))!["time"]!.GetValue<string>());
        AssertSame(message);
    }

    [Theory]
    [InlineData(253402300800, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public void TimeOutOfRangeIsRefused(long seconds, int nanos) =>
        Assert.Throws<InvalidOperationException>(() => Json.ToUtf8(new EchoRequest { Time = new Timestamp { Seconds = seconds, Nanos = nanos } }));

    [Fact]
    public void UnknownValueOfAnEnumIsItsNumber() => AssertSame(new EchoRequest { Colour = (Colour)7, Colours = { Colour.DeepBlue, (Colour)8 } });

    [Theory]
    [InlineData("inner", "null")]
    [InlineData("texts", """["a","b"]""")]
    [InlineData("int64_value", "\"0\"")]
    public void OneFieldIsWrittenAlone(string name, string expected)
    {
        var message = new EchoRequest { Texts = { "a", "b" } };

        Assert.Equal(expected, Encoding.UTF8.GetString(Json.ToUtf8(message, EchoRequest.Descriptor.FindFieldByName(name))));
    }

    private static EchoRequest Full() => new()
    {
        Text = "a",
        Inner = new Inner { Name = "b", Count = 2, Children = { new Inner { Name = "c" }, new Inner() } },
        Texts = { "d" },
        BoolValue = true,
        BytesValue = ByteString.CopyFrom(0, 251, 255, 7),
        Colour = Colour.Red,
        Colours = { Colour.Unspecified, Colour.DeepBlue },
        Counts = { ["e"] = 1, ["f"] = 0 },
        Inners = { [-3] = new Inner { Count = 4 } },
        Time = new Timestamp { Seconds = 5 },
        Duration = new Duration { Seconds = -1, Nanos = -500_000_000 },
        Mask = new FieldMask { Paths = { "int32_value", "inner.name" } },
        WrappedInt = 0,
        WrappedText = "",
        Struct = new Struct { Fields = { ["g"] = Value.ForList(Value.ForNull(), Value.ForNumber(1.5), Value.ForString("h"), Value.ForBool(true)) } },
        Value = Value.ForNull(),
        Maybe = 0,
        Right = 0,
        List = { new Inner { Name = "i" } },
        Any = Any.Pack(new Inner { Name = "j" }),
    };

    private static string Text(IMessage message) => Encoding.UTF8.GetString(Json.ToUtf8(message));

    // Apart from spaces between the values, how a character of a text is escaped, and E or e in a number.
    private static void AssertSame(IMessage message)
    {
        var (expected, actual) = (Library.Format(message), Text(message));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{expected}\nis not\n{actual}");
    }
}
