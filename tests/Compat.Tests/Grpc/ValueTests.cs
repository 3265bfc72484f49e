using System.Buffers;
using System.Text;
using Grpc.Core;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class ValueTests
{
    [Fact]
    public void StatusesAreEqualByTheirContent()
    {
        var cause = new InvalidOperationException("cause");

        Assert.Equal(new Status(StatusCode.NotFound, "x"), new Status(StatusCode.NotFound, "x"));
        Assert.NotEqual(new Status(StatusCode.NotFound, "x"), new Status(StatusCode.NotFound, "y"));
        Assert.NotEqual(new Status(StatusCode.NotFound, "x"), new Status(StatusCode.NotFound, "x", cause));
        Assert.Equal(
            "Status(StatusCode=\"Internal\", Detail=\"x\", DebugException=\"System.InvalidOperationException: cause\")",
            new Status(StatusCode.Internal, "x", cause).ToString());
    }

    [Fact]
    public void ExceptionCarriesStatusTrailersAndCause()
    {
        var cause = new InvalidOperationException("cause");
        var status = new Status(StatusCode.Unavailable, "down", cause);

        var exception = new RpcException(status, new Metadata { { "k", "v" } });

        Assert.Equal(status.ToString(), exception.Message);
        Assert.Same(cause, exception.InnerException);
        Assert.Equal("v", exception.Trailers.GetValue("k"));
        Assert.Same(Metadata.Empty, new RpcException(status).Trailers);
        Assert.Equal("words", new RpcException(status, "words").Message);
    }

    [Fact]
    public void OptionsChangeByCopy()
    {
        var original = new CallOptions(deadline: DateTime.MaxValue);
        var changed = original.WithWaitForReady().WithWriteOptions(new WriteOptions(WriteFlags.NoCompress));

        Assert.False(original.IsWaitForReady);
        Assert.Null(original.WriteOptions);
        Assert.True(changed.IsWaitForReady);
        Assert.Equal(WriteFlags.NoCompress, changed.WriteOptions?.Flags);
        Assert.Equal(DateTime.MaxValue, changed.Deadline);
        Assert.Equal(default, new CallOptions().CancellationToken);
    }

    [Fact]
    public void SimpleMarshallerServesContextsToo()
    {
        var viaContext = new Marshaller<string>(
            Marshallers.StringMarshaller.ContextualSerializer, Marshallers.StringMarshaller.ContextualDeserializer);

        Assert.Equal("zażółć", viaContext.Deserializer(viaContext.Serializer("zażółć")));
    }

    [Fact]
    public void ContextualMarshallerServesArraysToo()
    {
        var marshaller = Marshallers.Create<string>(
            (text, context) =>
            {
                context.SetPayloadLength(Encoding.UTF8.GetByteCount(text));
                context.GetBufferWriter().Write(Encoding.UTF8.GetBytes(text));
                context.Complete();
            },
            context => Encoding.UTF8.GetString(context.PayloadAsReadOnlySequence()));

        Assert.Equal("hello"u8.ToArray(), marshaller.Serializer("hello"));
        Assert.Equal("hello", marshaller.Deserializer("hello"u8.ToArray()));
    }

    [Fact]
    public void SerializerThatForgetsToCompleteIsToldSo()
    {
        var marshaller = Marshallers.Create<string>((_, _) => { }, _ => "");

        Assert.Throws<InvalidOperationException>(() => marshaller.Serializer("hello"));
    }

    [Fact]
    public void MethodKnowsItsPath()
    {
        var method = new Method<string, string>(
            MethodType.Unary, "pkg.Service", "Do", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

        Assert.Equal("/pkg.Service/Do", method.FullName);
    }

    [Fact]
    public async Task WriterThatCannotCancelRefusesAToken()
    {
        IAsyncStreamWriter<string> writer = new PlainWriter();
        using var cancellation = new CancellationTokenSource();

        await writer.WriteAsync("x", CancellationToken.None);
        await Assert.ThrowsAsync<NotSupportedException>(() => writer.WriteAsync("x", cancellation.Token));
    }

    [Fact]
    public void AuthContextFindsItsProperties()
    {
        var context = new AuthContext("cn", new()
        {
            ["cn"] = [AuthProperty.Create("cn", "agent"u8.ToArray())],
            ["san"] = [AuthProperty.Create("san", "a"u8.ToArray()), AuthProperty.Create("san", "b"u8.ToArray())],
        });

        Assert.True(context.IsPeerAuthenticated);
        Assert.Equal("agent", context.PeerIdentity.Single().Value);
        Assert.Equal(["a", "b"], context.FindPropertiesByName("san").Select(property => property.Value));
        Assert.Empty(context.FindPropertiesByName("absent"));
        Assert.Equal(3, context.Properties.Count());
    }

    private sealed class PlainWriter : IAsyncStreamWriter<string>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message) => Task.CompletedTask;
    }
}
