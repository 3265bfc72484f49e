using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Conductor.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>Every field of every rpc at its bounds and past them, from the descriptors.</summary>
public sealed class RpcBoundsTests : OwnService
{
    private static readonly StatusCode[] Allowed =
        [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.FailedPrecondition, StatusCode.DeadlineExceeded];

    [Theory]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(253402300800, 0)]
    [InlineData(-62135596801, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public async Task ATimeThatIsNoTimeIsRefusedByItsName(long seconds, int nanos)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Service.Pipelines.ReportPhaseAsync(
            new() { BatchId = "b", Phase = "train", Status = PhaseStatus.Success, Time = new Timestamp { Seconds = seconds, Nanos = nanos } }));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        var violation = Assert.Single(refused.Violations());
        Assert.Equal("time", violation.Field);
        Assert.StartsWith("must be from 0001-01-01T00:00:00Z to 9999-12-31", violation.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(253402300799, 999_999_999)]
    [InlineData(-62135596800, 0)]
    public async Task TheFirstAndTheLastTimeAreTaken(long seconds, int nanos)
    {
        var id = Guid.NewGuid().ToString();
        for (var i = 0; i < 2; i++)
        {
            await Service.Pipelines.ReportPhaseAsync(
                new() { BatchId = "b", Phase = "train", Status = PhaseStatus.Success, EventId = id, Time = new Timestamp { Seconds = seconds, Nanos = nanos } });
        }

        Assert.Equal(seconds, Assert.Single(await Service.EventsAsync()).Time.Seconds);
    }

    [Fact]
    public async Task NoValueOfAFieldIsAnInternalError()
    {
        foreach (var method in ((ServiceDescriptor[])[V1.PipelineService.Descriptor, V1.WorkService.Descriptor, V1.DeadLetterService.Descriptor]).SelectMany(s => s.Methods))
        {
            foreach (var (request, what) in Requests(method.InputType))
            {
                var code = await CallAsync(method, request);
                Assert.True(Allowed.Contains(code), $"{method.FullName} with {what}: {code}");
            }
        }
    }

    private async Task<StatusCode> CallAsync(MethodDescriptor method, IMessage request)
    {
        var type = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        Marshaller<IMessage> Of(MessageDescriptor message) => Marshallers.Create<IMessage>(m => m.ToByteArray(), bytes => message.Parser.ParseFrom(bytes));
        var call = new Method<IMessage, IMessage>(type, method.Service.FullName, method.Name, Of(method.InputType), Of(method.OutputType));
        try
        {
            if (method.IsServerStreaming)
            {
                using var stream = Service.Invoker.AsyncServerStreamingCall(call, null, new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1)), request);
                await stream.ResponseStream.MoveNext();
            }
            else
            {
                using var unary = Service.Invoker.AsyncUnaryCall(call, null, new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30)), request);
                await unary;
            }

            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    /// <summary>A good request with one field after the other at a bound or past it.</summary>
    private static IEnumerable<(IMessage Request, string What)> Requests(MessageDescriptor type)
    {
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            foreach (var value in Values(field))
            {
                var request = Good(type);
                if (field.IsMap)
                    ((System.Collections.IDictionary)field.Accessor.GetValue(request)).Add(((KeyValuePair<string, string>)value).Key, ((KeyValuePair<string, string>)value).Value);
                else if (field.IsRepeated)
                    ((System.Collections.IList)field.Accessor.GetValue(request)).Add(value);
                else
                    field.Accessor.SetValue(request, value);
                yield return (request, $"{field.Name} = {value}");
            }
        }
    }

    private static IEnumerable<object> Values(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String =>
        [
            "", " ", "\0", "a\0b", "\u001f", "\ufffd", "😀", new string('x', 201), new string('é', 200), new string('x', 100_000), PageToken.EncodeText("\0"), PageToken.EncodeText("\u001f\ufffe"),
            new PageToken(DateTimeOffset.MinValue, Guid.Empty).Encode(), new PageToken(DateTimeOffset.MaxValue, Guid.Empty).Encode(), "AA", "AQ", "Av8", "-", "{00000000-0000-0000-0000-000000000000}", Guid.Empty.ToString(),
        ],
        FieldType.Int32 => [int.MinValue, -1, 1, 500, 501, int.MaxValue],
        FieldType.Int64 => [long.MinValue, -1L, 0L, 100_000_000L, long.MaxValue],
        FieldType.Double => [double.NaN, double.NegativeInfinity, double.MinValue, -0.0, double.Epsilon, 1_000_000.0, double.MaxValue],
        FieldType.Bool => [true],
        FieldType.Enum => [-1, 0, 1, 99, int.MaxValue],
        FieldType.Message when field.MessageType == Timestamp.Descriptor =>
            [new Timestamp(), new Timestamp { Seconds = long.MaxValue }, new Timestamp { Seconds = long.MinValue }, new Timestamp { Nanos = -1 }, new Timestamp { Nanos = int.MaxValue }],
        FieldType.Message when field.MessageType == Duration.Descriptor =>
            [new Duration(), new Duration { Seconds = 31 }, new Duration { Seconds = long.MaxValue }, new Duration { Seconds = long.MinValue }, new Duration { Nanos = -1 }, new Duration { Nanos = int.MaxValue }],
        FieldType.Message when field.IsMap => field.MessageType.Fields.InDeclarationOrder().SelectMany(
            (one, i) => Values(one).Cast<string>().Select(text => (object)(i == 0 ? KeyValuePair.Create(text, "v") : KeyValuePair.Create("k", text)))),
        FieldType.Message => Requests(field.MessageType).Select(one => (object)one.Request),
        _ => throw new NotSupportedException($"{field.FullName}: say what its bounds are"),
    };

    private static IMessage Good(MessageDescriptor type)
    {
        var request = type.Parser.ParseFrom(ReadOnlySpan<byte>.Empty.ToArray());
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => f is { FieldType: FieldType.String, IsRepeated: false }))
        {
            field.Accessor.SetValue(request, field.Name switch
            {
                "batch_id" => "b",
                "phase" => "spellcheck",
                "part" => "part-1",
                "worker" or "name" => "w",
                "job" => "primes",
                "requested_pipeline" => "nlp",
                "id" => Guid.NewGuid().ToString(),
                _ => "",
            });
        }

        switch (request)
        {
            case ReportPhaseRequest report:
                report.Status = PhaseStatus.Success;
                break;
            case DefinePipelineRequest define:
                define.TotalEntities = 1;
                break;
            case WorkOrder order:
                order.Revision = 1;
                break;
            case WithdrawWorkRequest withdraw:
                withdraw.Revision = 1;
                break;
            case ClaimWorkRequest claim:
                claim.Jobs.Add("primes");
                break;
            case JobParameter parameter:
                parameter.Type = ParameterType.Text;
                break;
        }

        return request;
    }
}
