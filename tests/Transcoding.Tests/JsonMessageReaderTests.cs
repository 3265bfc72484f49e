using System.Text;
using Pylon.Testing.V1;
using Pylon.Transcoding.Json;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Transcoding.Tests;

public sealed class JsonMessageReaderTests
{
    private static readonly RequestBinder Binder = new(new MessageJson([EchoServiceReflection.Descriptor]), maxDepth: 64);

    [Theory]
    [InlineData("""{"int32_value": "x"}""", "int32_value: must be an integer")]
    [InlineData("""{"int32_value": 1.5}""", "int32_value: must be an integer")]
    [InlineData("""{"int32_value": true}""", "int32_value: must be an integer")]
    [InlineData("""{"int32_value": ""}""", "int32_value: must be an integer")]
    [InlineData("""{"int32_value": " 1"}""", "int32_value: must be an integer")]
    [InlineData("""{"int32_value": 2147483648}""", "int32_value: must be an integer from -2147483648 to 2147483647")]
    [InlineData("""{"int32_value": 1e99}""", "int32_value: must be an integer from -2147483648 to 2147483647")]
    [InlineData("""{"uint32_value": -1}""", "uint32_value: must be an integer from 0 to 4294967295")]
    [InlineData("""{"int64_value": 9223372036854775808}""", "int64_value: must be an integer from -9223372036854775808 to 9223372036854775807")]
    [InlineData("""{"uint64_value": "18446744073709551616"}""", "uint64_value: must be an integer from 0 to 18446744073709551615")]
    [InlineData("""{"double_value": "x"}""", "double_value: must be a number")]
    [InlineData("""{"double_value": 1e400}""", "double_value: is out of range")]
    [InlineData("""{"float_value": 1e39}""", "float_value: is out of range")]
    [InlineData("""{"bool_value": "true"}""", "bool_value: must be true or false")]
    [InlineData("""{"bool_value": 1}""", "bool_value: must be true or false")]
    [InlineData("""{"text": 1}""", "text: must be a string")]
    [InlineData("""{"text": {}}""", "text: must be a string")]
    [InlineData("""{"text": "\ud800"}""", "text: must be valid Unicode text")]
    [InlineData("""{"bytes_value": "a*"}""", "bytes_value: must be base64")]
    [InlineData("""{"colour": "GREEN"}""", "colour: must be one of COLOUR_RED, COLOUR_DEEP_BLUE")]
    [InlineData("""{"colour": 7}""", "colour: 7 is not a value of Colour")]
    [InlineData("""{"colour": []}""", "colour: must be the name of a value of Colour")]
    [InlineData("""{"colours": "COLOUR_RED"}""", "colours: must be an array")]
    [InlineData("""{"colours": ["COLOUR_RED", "x"]}""", "colours[1]: must be one of COLOUR_RED, COLOUR_DEEP_BLUE")]
    [InlineData("""{"texts": ["a", null]}""", "texts[1]: must not be null")]
    [InlineData("""{"inner": 1}""", "inner: must be a JSON object")]
    [InlineData("""{"inner": {"nam": "x"}}""", "inner.nam: unknown field")]
    [InlineData("""{"inner": {"children": [{}, {"count": "x"}]}}""", "inner.children[1].count: must be an integer")]
    [InlineData("""{"counts": {"a": 1, "b": "x"}}""", "counts[b]: must be an integer")]
    [InlineData("""{"counts": {"a": 1, "a": 2}}""", "counts[a]: given more than once")]
    [InlineData("""{"inners": {"x": {}}}""", "inners[x]: the key must be an integer")]
    [InlineData("""{"text": "a", "text": "b"}""", "text: given more than once")]
    [InlineData("""{"int32_value": 1, "int32Value": 2}""", "int32Value: given more than once")]
    [InlineData("""{"left": "a", "right": 1}""", "right: cannot be given together with left")]
    [InlineData("""{"time": "2026-01-01"}""", "time: must be an RFC 3339 time such as 2026-01-31T12:00:00Z")]
    [InlineData("""{"time": "2026-01-01T00:00:00"}""", "time: must be an RFC 3339 time such as 2026-01-31T12:00:00Z")]
    [InlineData("""{"time": "2026-02-30T00:00:00Z"}""", "time: must be an RFC 3339 time such as 2026-01-31T12:00:00Z")]
    [InlineData("""{"time": "0001-01-01T00:00:00+01:00"}""", "time: must be a time from the year 1 to 9999")]
    [InlineData("""{"time": 5}""", "time: must be an RFC 3339 time such as 2026-01-31T12:00:00Z")]
    [InlineData("""{"duration": "5"}""", "duration: must be seconds with an s, such as 1.5s")]
    [InlineData("""{"duration": "999999999999s"}""", "duration: must be from -315576000000s to 315576000000s")]
    [InlineData("""{"mask": "a,,b c"}""", "mask: must be field names separated by commas")]
    [InlineData("""{"wrapped_int": "x"}""", "wrapped_int: must be an integer")]
    [InlineData("""{"struct": {"": 1}}""", "struct: must not have an empty name")]
    [InlineData("""{"struct": {"a": [{"b": {"": 1}}]}}""", "struct: must not have an empty name")]
    [InlineData("""{"struct": {"\ud800": 1}}""", "struct: must be JSON of google.protobuf.Struct, with numbers in the range of a double")]
    [InlineData("""{"unknown_thing": 1}""", "unknown_thing: unknown field")]
    [InlineData("""[]""", "must be a JSON object")]
    [InlineData("""{"int32_value": "x", "bool_value": 1}""", "int32_value: must be an integer; bool_value: must be true or false")]
    public void EachProblemNamesItsField(string json, string problem) => Assert.Equal(problem, Problems(json));

    [Fact]
    public void DepthOfAStructIsBounded()
    {
        Assert.Equal("", Problems(Nested(30)));
        Assert.Equal("struct: must be nested at most 30 deep", Problems(Nested(31)));

        static string Nested(int levels) => $"{{\"struct\": {string.Concat(Enumerable.Repeat("{\"a\": ", levels))}1{new string('}', levels)}}}";
    }

    [Theory]
    [InlineData("{\"text\": }", "the body is not valid JSON")]
    [InlineData("{\n  \"text\": nope\n}", "(line 2, position 12)")]
    [InlineData("{\"text\": \"a\"", "the body is not valid JSON")]
    [InlineData("{} {}", "the body is not valid JSON")]
    [InlineData("{\"int32_value\": NaN}", "the body is not valid JSON")]
    [InlineData("{\"int32_value\": 01}", "the body is not valid JSON")]
    public void MalformedJsonIsReportedWithLineAndPosition(string json, string part) => Assert.Contains(part, Problems(json), StringComparison.Ordinal);

    [Fact]
    public void InvalidUtf8IsRefused()
    {
        var problems = new List<FieldProblem>();
        Binder.ReadBody(new EchoRequest(), null, new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }, problems);

        Assert.Equal("the body is not valid UTF-8", Assert.Single(problems).ToString());
    }

    [Fact]
    public void DeepNestingIsRefused()
    {
        var json = string.Concat(Enumerable.Repeat("""{"children":[""", 40)) + string.Concat(Enumerable.Repeat("]}", 40));

        Assert.Contains("deeper than 64 levels", Problems($$"""{"inner": {{json}}}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"int32_value": "12"}""", """{"int32Value": 12}""")]
    [InlineData("""{"int32_value": 1e2}""", """{"int32Value": 100}""")]
    [InlineData("""{"int32_value": 5.0}""", """{"int32Value": 5}""")]
    [InlineData("""{"int64Value": "-5"}""", """{"int64Value": "-5"}""")]
    [InlineData("""{"uint64_value": 18446744073709551615}""", """{"uint64Value": "18446744073709551615"}""")]
    [InlineData("""{"double_value": "NaN"}""", """{"doubleValue": "NaN"}""")]
    [InlineData("""{"double_value": "-Infinity"}""", """{"doubleValue": "-Infinity"}""")]
    [InlineData("""{"float_value": 1.5}""", """{"floatValue": 1.5}""")]
    [InlineData("""{"bytes_value": "-_8"}""", """{"bytesValue": "+/8="}""")]
    [InlineData("""{"colour": "deep_blue"}""", """{"colour": "COLOUR_DEEP_BLUE"}""")]
    [InlineData("""{"colour": "COLOUR_RED", "colours": [1, "red"]}""", """{"colour": "COLOUR_RED", "colours": ["COLOUR_RED", "COLOUR_RED"]}""")]
    [InlineData("""{"counts": {"a": 1}, "inners": {"7": {"name": "x"}}}""", """{"counts": {"a": 1}, "inners": {"7": {"name": "x"}}}""")]
    [InlineData("""{"time": "2026-01-31t12:00:00.5+01:30"}""", """{"time": "2026-01-31T10:30:00.5Z"}""")]
    [InlineData("""{"duration": "-1.5s"}""", """{"duration": "-1.5s"}""")]
    [InlineData("""{"mask": "fooBar,a.b_c"}""", """{"mask": "fooBar,a.bC"}""")]
    [InlineData("""{"wrapped_int": 0, "wrapped_text": ""}""", """{"wrappedInt": 0, "wrappedText": ""}""")]
    [InlineData("""{"struct": {"a": [1, null, {"b": true}]}, "value": null}""", """{"struct": {"a": [1, null, {"b": true}]}, "value": null}""")]
    [InlineData("""{"maybe": 0, "right": 0}""", """{"maybe": 0, "right": 0}""")]
    [InlineData("""{"text": null, "inner": null, "texts": null}""", """{}""")]
    [InlineData("""{"list": [{"name": "a"}, {}]}""", """{"list": [{"name": "a"}, {}]}""")]
    public void ValidJsonIsReadAsGoogleProtobufReadsIt(string json, string same)
    {
        var message = new EchoRequest();
        var problems = new List<FieldProblem>();
        Binder.ReadBody(message, null, Encoding.UTF8.GetBytes(json), problems);

        Assert.Empty(problems);
        Assert.Equal(EchoRequest.Parser.ParseJson(same), message);
    }

    [Fact]
    public void ByteOrderMarkIsSkipped()
    {
        var message = new EchoRequest();
        Binder.ReadBody(message, null, Encoding.UTF8.GetBytes("\uFEFF{\"text\": \"a\"}"), []);

        Assert.Equal("a", message.Text);
    }

    private static string Problems(string json)
    {
        var problems = new List<FieldProblem>();
        Binder.ReadBody(new EchoRequest(), null, Encoding.UTF8.GetBytes(json), problems);
        return string.Join("; ", problems);
    }
}
