using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Pylon.Transcoding.Calls;

/// <summary>The <see cref="Method{TRequest,TResponse}"/> of an rpc, made from its descriptor instead of generated code.</summary>
internal static class DynamicMethod
{
    private static readonly ConcurrentDictionary<MethodDescriptor, Method<IMessage, IMessage>> Known = new();

    public static Method<IMessage, IMessage> Of(MethodDescriptor rpc) => Known.GetOrAdd(rpc, static rpc =>
        new Method<IMessage, IMessage>(TypeOf(rpc), rpc.Service.FullName, rpc.Name, MarshallerOf(rpc.InputType), MarshallerOf(rpc.OutputType)));

    private static MethodType TypeOf(MethodDescriptor rpc) => (rpc.IsClientStreaming, rpc.IsServerStreaming) switch
    {
        (false, false) => MethodType.Unary,
        (true, false) => MethodType.ClientStreaming,
        (false, true) => MethodType.ServerStreaming,
        (true, true) => MethodType.DuplexStreaming,
    };

    private static Marshaller<IMessage> MarshallerOf(MessageDescriptor type) => Marshallers.Create<IMessage>(
        (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => type.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));
}
