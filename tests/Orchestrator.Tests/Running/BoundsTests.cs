using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>Every time, duration, page token, number and text that a request has, at its bounds: refused by its name or accepted, never an internal error.</summary>
public sealed class BoundsTests
{
    private static readonly ServiceDescriptor[] Services =
        [
            V1.WorkloadService.Descriptor, V1.BecknService.Descriptor, V1.RegistryService.Descriptor, V1.PlanningService.Descriptor,
            V1.DecisionService.Descriptor, V1.AuditService.Descriptor, V1.SyntheticWorldService.Descriptor,
        ];

    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    [Fact]
    public async Task FieldAtItsBoundsIsNoInternalError()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var known = await stack.SubmitAsync();
        var wrong = new List<string>();
        var tried = new HashSet<string>();
        foreach (var method in Services.SelectMany(s => s.Methods))
        {
            foreach (var (field, value) in method.InputType.Fields.InDeclarationOrder().SelectMany(f => Values(f).Select(v => (f, v))))
            {
                var request = Request(method.InputType, known);
                if (field.IsRepeated)
                    ((System.Collections.IList)field.Accessor.GetValue(request)).Add(value);
                else
                    field.Accessor.SetValue(request, value);
                tried.Add($"{method.Name}.{field.Name}");
                var code = await CallAsync(stack, method, request.ToByteArray());
                if (code is not (StatusCode.OK or StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.FailedPrecondition or StatusCode.DeadlineExceeded))
                    wrong.Add($"{method.Name}.{field.Name} = {value}: {code}");
            }
        }

        Assert.Empty(wrong);
        Assert.Superset(new HashSet<string> { "SubmitWorkload.deadline", "ListWorkloads.page_token", "ListDeadLetters.page_token" }, tried);
    }

    // A valid request, so that the field under test is reached.
    private static IMessage Request(MessageDescriptor type, string known)
    {
        var request = type.Parser.ParseFrom(ByteString.Empty);
        if (type.FindFieldByName("workload_name") is { } name)
            name.Accessor.SetValue(request, "w");
        if (type.FindFieldByName("id") is { } id)
            id.Accessor.SetValue(request, known);
        if (type.FindFieldByName("option") is { } option)
            option.Accessor.SetValue(request, 1);
        return request;
    }

    private static IEnumerable<object> Values(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message when field.MessageType == Timestamp.Descriptor =>
            new[] { long.MinValue, -62_135_596_801, -62_135_596_800, -1, 0, 4_102_444_800, 7_258_118_399, 7_258_118_400, 253_402_300_799, 253_402_300_800, long.MaxValue }
                .SelectMany(seconds => new[] { int.MinValue, -1, 0, 999_999_999, 1_000_000_000, int.MaxValue }.Select(nanos => (object)new Timestamp { Seconds = seconds, Nanos = nanos })),
        FieldType.Message when field.MessageType == Duration.Descriptor =>
            new[] { long.MinValue, -315_576_000_001, -1, 0, 1, 315_576_000_000, 315_576_000_001, long.MaxValue }
                .SelectMany(seconds => new[] { int.MinValue, -1, 0, 999_999_999, int.MaxValue }.Select(nanos => (object)new Duration { Seconds = seconds, Nanos = nanos })),
        FieldType.String when field.Name.EndsWith("token", StringComparison.Ordinal) =>
        [
            "x", "=", new string('A', 2000), "AQ", "Ag", PageToken.EncodeText("k"), "\u0001", "😀",
            .. new[] { DateTimeOffset.MinValue, DateTimeOffset.MinValue.AddTicks(1), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddTicks(-1), DateTimeOffset.MaxValue }
                .SelectMany(time => new[] { Guid.Empty, Guid.AllBitsSet }.Select(id => new PageToken(time, id).Encode())),
        ],
        FieldType.String => ["\0", "\u0001", "\u200b", "  ", "😀", "a@b@c.de", "a\n@b", new string('x', 100_000)],
        FieldType.Bytes => [ByteString.Empty, ByteString.CopyFrom(0), ByteString.CopyFromUtf8("[]"), ByteString.CopyFromUtf8("{\"context\":5}")],
        FieldType.Int32 => [int.MinValue, -1, 0, 1, int.MaxValue],
        FieldType.Int64 => [long.MinValue, -1L, 0L, 1L, long.MaxValue],
        FieldType.Double => [double.NaN, double.NegativeInfinity, double.PositiveInfinity, double.MinValue, -0.0, double.Epsilon, double.MaxValue],
        FieldType.Enum => [0, 1, 99, -1],
        _ => [],
    };

    private static async Task<StatusCode> CallAsync(OrchestratorStack stack, MethodDescriptor method, byte[] request)
    {
        var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(10));
        try
        {
            if (method.IsServerStreaming)
            {
                using var stream = stack.Invoker.AsyncServerStreamingCall(
                    new Method<byte[], byte[]>(MethodType.ServerStreaming, method.Service.FullName, method.Name, Raw, Raw), null, options, request);
                await stream.ResponseStream.MoveNext(CancellationToken.None);
            }
            else
            {
                using var call = stack.Invoker.AsyncUnaryCall(
                    new Method<byte[], byte[]>(MethodType.Unary, method.Service.FullName, method.Name, Raw, Raw), null, options, request);
                await call;
            }

            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
