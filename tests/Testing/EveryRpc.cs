using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Pylon.Testing;

/// <summary>Calls the rpcs of a service by their descriptors.</summary>
public static class EveryRpc
{
    private static readonly Marshaller<byte[]> Bytes = new(bytes => bytes, bytes => bytes);

    /// <summary>The fields of a request that name something by its id: <c>id</c> and <c>…_id</c>, also those of the messages in it.</summary>
    public static IEnumerable<IReadOnlyList<FieldDescriptor>> IdsOf(MessageDescriptor message) =>
        FieldsOf(message, field => field.FieldType == FieldType.String && (field.Name == "id" || field.Name.EndsWith("_id", StringComparison.Ordinal)));

    /// <summary>Fields of a request, also those of the messages in it, each with the path to it.</summary>
    public static IEnumerable<IReadOnlyList<FieldDescriptor>> FieldsOf(MessageDescriptor message, Func<FieldDescriptor, bool> which, int depth = 3) =>
        depth == 0 ? [] : message.Fields.InFieldNumberOrder().SelectMany(field => field switch
        {
            _ when which(field) => [[field]],
            { FieldType: FieldType.Message, IsMap: false } when field.MessageType.File.Package.StartsWith("pylon.", StringComparison.Ordinal) =>
                FieldsOf(field.MessageType, which, depth - 1).Select(path => (IReadOnlyList<FieldDescriptor>)[field, .. path]),
            _ => Enumerable.Empty<IReadOnlyList<FieldDescriptor>>(),
        });

    /// <summary>Sets a field within a message; the messages around it are made where they are missing.</summary>
    public static void Set(IMessage message, IReadOnlyList<FieldDescriptor> path, object value)
    {
        var field = path[0];
        if (path.Count > 1)
        {
            if (field.IsRepeated)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(message);
                if (list.Count == 0)
                    list.Add(field.MessageType.Parser.ParseFrom(ByteString.Empty));
                Set((IMessage)list[0]!, [.. path.Skip(1)], value);
                return;
            }

            var inner = (IMessage?)field.Accessor.GetValue(message) ?? field.MessageType.Parser.ParseFrom(ByteString.Empty);
            Set(inner, [.. path.Skip(1)], value);
            field.Accessor.SetValue(message, inner);
        }
        else if (field.IsRepeated)
        {
            ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
        }
        else
        {
            field.Accessor.SetValue(message, value);
        }
    }

    /// <summary>The answers of a call and how it ended; a stream of answers is read until it ends, or for a while.</summary>
    public static async Task<(IReadOnlyList<IMessage> Answers, Status Status)> CallAsync(
        CallInvoker invoker, MethodDescriptor method, IMessage request, Metadata headers, TimeSpan bound)
    {
        var type = (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (false, false) => MethodType.Unary,
            (false, true) => MethodType.ServerStreaming,
            (true, false) => MethodType.ClientStreaming,
            _ => MethodType.DuplexStreaming,
        };
        var rpc = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, Bytes, Bytes);
        var options = new CallOptions(headers, (TimeProvider.System.GetUtcNow() + bound).UtcDateTime);
        var answers = new List<IMessage>();
        try
        {
            if (type == MethodType.Unary)
            {
                answers.Add(method.OutputType.Parser.ParseFrom(await invoker.AsyncUnaryCall(rpc, null, options, request.ToByteArray())));
            }
            else if (type == MethodType.ServerStreaming)
            {
                using var call = invoker.AsyncServerStreamingCall(rpc, null, options, request.ToByteArray());
                await foreach (var answer in call.ResponseStream.ReadAllAsync())
                    answers.Add(method.OutputType.Parser.ParseFrom(answer));
            }
            else if (type == MethodType.ClientStreaming)
            {
                using var call = invoker.AsyncClientStreamingCall(rpc, null, options);
                await call.RequestStream.WriteAsync(request.ToByteArray());
                await call.RequestStream.CompleteAsync();
                answers.Add(method.OutputType.Parser.ParseFrom(await call));
            }
            else
            {
                using var call = invoker.AsyncDuplexStreamingCall(rpc, null, options);
                await call.RequestStream.WriteAsync(request.ToByteArray());
                await call.RequestStream.CompleteAsync();
                await foreach (var answer in call.ResponseStream.ReadAllAsync())
                    answers.Add(method.OutputType.Parser.ParseFrom(answer));
            }

            return (answers, Status.DefaultSuccess);
        }
        catch (RpcException e)
        {
            return (answers, e.Status);
        }
    }
}
