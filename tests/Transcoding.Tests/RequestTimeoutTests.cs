using Microsoft.AspNetCore.Http;
using Pylon.Transcoding.Requests;

namespace Pylon.Transcoding.Tests;

public sealed class RequestTimeoutTests
{
    [Theory]
    [InlineData("grpc-timeout", "500m", 500)]
    [InlineData("grpc-timeout", "2S", 2000)]
    [InlineData("grpc-timeout", "1M", 60_000)]
    [InlineData("X-Request-Timeout", "2.5", 2500)]
    [InlineData("X-Request-Timeout", "3s", 3000)]
    public void TimeoutsAreRead(string header, string value, int milliseconds)
    {
        Assert.True(RequestTimeout.TryRead(new HeaderDictionary { [header] = value }, out var timeout, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), timeout);
    }

    [Theory]
    [InlineData("grpc-timeout", "500")]
    [InlineData("grpc-timeout", "123456789S")]
    [InlineData("grpc-timeout", "-1S")]
    [InlineData("X-Request-Timeout", "soon")]
    [InlineData("X-Request-Timeout", "0")]
    public void UnreadableTimeoutIsReportedForItsHeader(string header, string value)
    {
        Assert.False(RequestTimeout.TryRead(new HeaderDictionary { [header] = value }, out _, out var problem));
        Assert.Equal(header, problem.Field);
    }
}
