using System.Buffers.Text;
using Pylon.Orchestrator.V1;

namespace Pylon.Rpc.Tests;

public sealed class FieldTests
{
    [Theory]
    [InlineData(0, 50)]
    [InlineData(1, 1)]
    [InlineData(500, 500)]
    public void APageIsFiftyUnlessAskedOtherwise(int asked, int size) => Assert.Equal(size, Field.PageSize(asked));

    [Theory]
    [InlineData(-1)]
    [InlineData(501)]
    public void APageHasItsLimits(int asked) => Refused("page_size", () => Field.PageSize(asked));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("{3f2504e0-4f89-11d3-9a0c-0305e82c3301}")]
    public void AnIdIsAPlainUuid(string value) => Refused("id", () => Field.Uuid(value, "id"));

    [Fact]
    public void AnOptionalIdMayBeEmpty()
    {
        Assert.Null(Field.OptionalUuid("", "request_id"));
        Refused("request_id", () => Field.OptionalUuid("x", "request_id"));
    }

    [Fact]
    public void TextIsTrimmedAndMeasured()
    {
        Assert.Equal("train", Field.Text("  train ", "workload_name", 1, 5));
        Refused("workload_name", () => Field.Text("   ", "workload_name", 1, 5));
        Refused("workload_name", () => Field.Text("trains", "workload_name", 1, 5));
        Refused("workload_name", () => Field.Text("a\0b", "workload_name", 1, 5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void APositiveNumberIsMoreThanZeroAndFinite(double value) => Refused("max_price_gbp", () => Field.Positive(value, "max_price_gbp"));

    [Fact]
    public void AnOutOfRangeOrUnknownValueIsRefused()
    {
        Refused("option", () => Field.Range(4, "option", 1, 3));
        Refused("load", () => Field.Range(double.NaN, "load", 0, 1000));
        Refused("urgency", () => Field.Known((Urgency)99, "urgency"));
        Assert.Equal(Urgency.High, Field.Known(Urgency.High, "urgency"));
    }

    [Fact]
    public void APageTokenComesBackAsItWent()
    {
        var token = new PageToken(new DateTimeOffset(2026, 3, 29, 1, 30, 0, 123, TimeSpan.FromHours(1)), Guid.NewGuid());

        Assert.Equal(token with { Time = token.Time.ToUniversalTime() }, PageToken.Decode(token.Encode()));
        Assert.Equal("zone-é", PageToken.DecodeText(PageToken.EncodeText("zone-é")));
        Assert.Null(PageToken.Decode(""));
        Assert.Null(PageToken.DecodeText(""));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("####")]
    [InlineData("AQ")]
    [InlineData("AX________________________________")]
    public void RubbishIsNoPageToken(string token)
    {
        Refused("page_token", () => PageToken.Decode(token));
        Refused("page_token", () => PageToken.DecodeText(token));
        Refused("page_token", () => PageToken.Decode(PageToken.EncodeText("a")));
        Refused("page_token", () => PageToken.Decode(new string('A', 2000)));
    }

    [Fact]
    public void ATokenWithATimeThatDoesNotExistIsRefused()
    {
        var bytes = new byte[25];
        bytes.AsSpan().Fill(0x7f);
        bytes[0] = 1;

        Refused("page_token", () => PageToken.Decode(Base64Url.EncodeToString(bytes)));
    }

    private static void Refused(string field, Func<object?> check) =>
        Assert.Equal(field, Assert.Throws<RefusalException>(check).Refusal.Violations.Single().Field);
}
