using System.Buffers.Binary;
using System.Buffers.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Rpc;

namespace Pylon.Ingestion.Tests;

/// <summary>Every Timestamp, Duration and page token of every unary rpc at its bounds, found by the descriptors.</summary>
public sealed class BoundsTests
{
    private static readonly Timestamp[] Times =
    [
        new() { Seconds = 253402300799, Nanos = 999_999_999 }, new() { Seconds = 253402300799 }, new() { Seconds = 253402300800 }, new() { Seconds = -62135596800 },
        new() { Seconds = -62135596801 }, new() { Seconds = long.MaxValue, Nanos = int.MaxValue }, new() { Seconds = long.MinValue, Nanos = int.MinValue },
        new() { Nanos = -1 }, new() { Nanos = 1_000_000_000 }, new() { Seconds = 1, Nanos = int.MinValue },
    ];

    private static readonly Duration[] Durations =
        [new() { Seconds = 315576000001 }, new() { Seconds = long.MaxValue, Nanos = int.MaxValue }, new() { Seconds = long.MinValue }, new() { Seconds = 1, Nanos = -1 }];

    private static readonly string[] Tokens =
    [
        "!", "AA", new string('A', 2000), PageToken.EncodeText(""), PageToken.EncodeText("\0"), PageToken.EncodeText(new string('x', 700)), PageToken.EncodeText("9223372036854775807/9223372036854775807"),
        PageToken.EncodeText("-1/-1"), PageToken.EncodeText("0/-9223372036854775808"), PageToken.EncodeText($"{Guid.Empty:N}\0"), PageToken.EncodeText($"{Guid.Empty:N}\uFFFD"), Key(long.MaxValue), Key(-1), Key(0),
        Key(DateTimeOffset.MaxValue.Ticks), Base64Url.EncodeToString([2, 0xFF, 0xC0, 0x80]),
    ];

    [Fact]
    public async Task EveryTimeAndPageTokenAtItsBoundsIsAnsweredOrRefusedByItsName()
    {
        await using var service = await IngestionService.StartAsync();
        var wrong = new List<string>();
        foreach (var (client, descriptor) in new (ClientBase, ServiceDescriptor)[]
        {
            (service.Grid, V1.GridService.Descriptor), (service.Market, V1.MarketService.Descriptor), (service.Runs, V1.PipelineRunService.Descriptor),
            (service.Series, V1.SeriesService.Descriptor),
        })
        {
            foreach (var method in descriptor.Methods.Where(m => !m.IsClientStreaming && !m.IsServerStreaming))
            {
                foreach (var (field, value) in method.InputType.Fields.InDeclarationOrder().SelectMany(Bounds))
                {
                    var request = (IMessage)Activator.CreateInstance(method.InputType.ClrType)!;
                    field.Accessor.SetValue(request, value);
                    var call = client.GetType().GetMethod(method.Name + "Async", [method.InputType.ClrType, typeof(CallOptions)])!;
                    try
                    {
                        var running = call.Invoke(client, [request, default(CallOptions)])!;
                        await (Task)running.GetType().GetProperty("ResponseAsync")!.GetValue(running)!;
                    }
                    catch (RpcException e)
                    {
                        if (e.StatusCode != StatusCode.InvalidArgument || !e.Status.Detail.Contains(field.Name))
                            wrong.Add($"{method.Name} {field.Name} {value}: {e.Status}");
                    }
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task EndOfTimeIsRefusedByTheNameOfItsField()
    {
        await using var service = await IngestionService.StartAsync();
        var end = Timestamp.FromDateTimeOffset(DateTimeOffset.Parse("9999-12-31T23:59:59Z"));

        Assert.Contains("start_time", (await RefusedAsync(() => service.Grid.GetForecastAsync(new V1.GetForecastRequest { StartTime = end }).ResponseAsync)).Detail);
        Assert.Contains("start_time", (await RefusedAsync(() => service.Grid.ListSignalsAsync(new V1.ListSignalsRequest { StartTime = end, EndTime = end }).ResponseAsync)).Detail);
    }

    [Fact]
    public async Task HalfHoursThatOnlyASyntheticValueFillsAreMissingInTheForecast()
    {
        await using var service = await IngestionService.StartAsync();

        var answer = await service.Grid.GetForecastAsync(new V1.GetForecastRequest { Hours = 96 });

        Assert.Equal(192, answer.HalfHoursMissing);
        Assert.Equal(97, answer.Points.Count);
    }

    private static async Task<Status> RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        return refused.Status;
    }

    private static IEnumerable<(FieldDescriptor Field, object Value)> Bounds(FieldDescriptor field) => field switch
    {
        { FieldType: FieldType.Message } when field.MessageType == Timestamp.Descriptor => Times.Select(time => (field, (object)time)),
        { FieldType: FieldType.Message } when field.MessageType == Duration.Descriptor => Durations.Select(duration => (field, (object)duration)),
        { Name: "page_token" } => Tokens.Select(token => (field, (object)token)),
        _ => [],
    };

    private static string Key(long ticks)
    {
        var bytes = new byte[25];
        bytes[0] = 1;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), ticks);
        return Base64Url.EncodeToString(bytes);
    }
}
