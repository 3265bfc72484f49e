using Google.Protobuf.WellKnownTypes;
using Pylon.Testing.V1;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Transcoding.Tests;

public sealed class QueryReaderTests
{
    [Fact]
    public void ParametersReachNestedRepeatedAndWellKnownFields()
    {
        var (message, problems) = Read(
            "?text=a+b%21&inner.name=n&inner.count=3&texts=x&texts=y&int64Value=-9&colours=red&colours=2&bool_value=true"
            + "&bytes_value=AQI&time=2026-01-31T12:00:00Z&duration=90s&mask=a,b.c&wrapped_int=0&maybe=0&double_value=1e3");

        Assert.Empty(problems);
        var expected = new EchoRequest
        {
            Text = "a b!",
            Inner = new Inner { Name = "n", Count = 3 },
            Texts = { "x", "y" },
            Int64Value = -9,
            Colours = { Colour.Red, Colour.DeepBlue },
            BoolValue = true,
            BytesValue = Google.Protobuf.ByteString.CopyFrom(1, 2),
            Time = new Timestamp { Seconds = 1769860800 },
            Duration = new Duration { Seconds = 90 },
            Mask = new FieldMask { Paths = { "a", "b.c" } },
            WrappedInt = 0,
            Maybe = 0,
            DoubleValue = 1000,
        };
        Assert.Equal(expected, message);
    }

    [Theory]
    [InlineData("?nope=1", "nope: unknown query parameter")]
    [InlineData("?inner.nope=1", "inner.nope: unknown query parameter")]
    [InlineData("?texts.x=1", "texts.x: unknown query parameter")]
    [InlineData("?wrapped_int.value=1", "wrapped_int.value: unknown query parameter")]
    [InlineData("?inner=1", "inner: is an object and cannot be given as a parameter")]
    [InlineData("?counts=1", "counts: is an object and cannot be given as a parameter")]
    [InlineData("?list.name=1", "list.name: unknown query parameter")]
    [InlineData("?int32_value=", "int32_value: must be an integer")]
    [InlineData("?int32_value=1&int32Value=2", "int32Value: given more than once")]
    [InlineData("?colour=x", "colour: must be one of COLOUR_RED, COLOUR_DEEP_BLUE")]
    [InlineData("?bool_value=yes", "bool_value: must be true or false")]
    [InlineData("?=1", ": unknown query parameter")]
    public void WrongParameterIsNamed(string query, string problem) =>
        Assert.Equal(problem, Assert.Single(Read(query).Problems) is var found && found.Field.Length == 0 ? $": {found.Description}" : found.ToString());

    [Fact]
    public void FieldBoundByPathOrBodyIsAnUnknownParameter()
    {
        var problems = new List<FieldProblem>();
        QueryReader.Read(new EchoRequest(), "?text=a", path => path.Name == "text", problems);

        Assert.Equal("text: unknown query parameter", Assert.Single(problems).ToString());
    }

    private static (EchoRequest Message, List<FieldProblem> Problems) Read(string query)
    {
        var message = new EchoRequest();
        var problems = new List<FieldProblem>();
        QueryReader.Read(message, query, _ => false, problems);
        return (message, problems);
    }
}
