using System.Buffers.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.V1;
using Pylon.Rpc;
using Pylon.Testing;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Insights.Tests;

/// <summary>Every Timestamp, Duration and page token of every rpc at its bounds, found by the descriptors.</summary>
public sealed class BoundsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static readonly ServiceDescriptor[] Services =
    [
        V1.EventService.Descriptor, V1.ShipmentImportService.Descriptor, V1.PredictionService.Descriptor, V1.SimulationService.Descriptor, V1.HotspotService.Descriptor,
        V1.AlertService.Descriptor, V1.SilenceService.Descriptor, V1.NoticeService.Descriptor, V1.RecommendationService.Descriptor, V1.ShiftService.Descriptor,
        V1.EmissionService.Descriptor, V1.AuditLogService.Descriptor,
    ];

    // The first value of each list is invalid.
    private static readonly Timestamp[] Times =
    [
        new() { Seconds = long.MaxValue, Nanos = int.MaxValue }, new() { Seconds = long.MinValue, Nanos = int.MinValue },
        new() { Seconds = 253402300799, Nanos = 999_999_999 }, new() { Seconds = 253402300799 }, new() { Seconds = 253402300800 }, new() { Seconds = -62135596800 },
        new() { Seconds = -62135596801 }, new() { Seconds = 7258118399, Nanos = 999_999_999 }, new(), new() { Nanos = -1 }, new() { Nanos = 1_000_000_000 },
        new() { Seconds = 1, Nanos = int.MinValue },
    ];

    private static readonly Duration[] Durations =
    [
        new() { Seconds = long.MaxValue, Nanos = int.MaxValue }, new() { Seconds = long.MinValue }, new() { Seconds = 315576000001 }, new() { Seconds = 1, Nanos = -1 },
        new() { Seconds = 60, Nanos = int.MaxValue }, new(),
    ];

    private static readonly string[] Tokens =
    [
        "!", "AA", new string('A', 2000), PageToken.EncodeText(""), PageToken.EncodeText("\0"), PageToken.EncodeText(new string('x', 700)), PageToken.EncodeText("9223372036854775807/9223372036854775807"),
        PageToken.EncodeText("9223372036854775807"), PageToken.EncodeText("-1/-1"), PageToken.EncodeText("-9223372036854775808"), PageToken.EncodeText("0/-9223372036854775808"), PageToken.EncodeText("0/32768"),
        new PageToken(DateTimeOffset.MinValue, Guid.Empty).Encode(), new PageToken(DateTimeOffset.MaxValue, Guid.AllBitsSet).Encode(), Base64Url.EncodeToString([2, 0xFF, 0xC0, 0x80]),
    ];

    // What a request needs beside the field, by name.
    private static readonly Dictionary<string, object> Needed = new(StringComparer.Ordinal)
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["alert_id"] = Guid.NewGuid().ToString(),
        ["reason"] = "x",
        ["note"] = "x",
        ["matchers"] = new SilenceMatchers { Entity = "x" },
        ["kind"] = "factory",
        ["scenario_type"] = "factory",
        ["zone"] = "x",
        ["values"] = 100.0,
        ["start_time"] = new Timestamp { Seconds = 1_767_225_600 },
        ["event_id"] = "x",
        ["event_type"] = "compute",
        ["supplier_id"] = "x",
        ["energy_kwh"] = 1.0,
        ["timestamp"] = new Timestamp { Seconds = 1_767_225_600 },
    };

    [Fact]
    public async Task EveryTimeAndPageTokenAtItsBoundsIsAnsweredOrRefusedByItsName()
    {
        await using var stack = await InsightsStack.StartAsync();
        var calls = stack.Channel.CreateCallInvoker();
        var (wrong, unread) = (new List<string>(), new List<string>());
        foreach (var method in Services.SelectMany(service => service.Methods))
        {
            foreach (var path in EveryRpc.FieldsOf(method.InputType, field => Values(field).Count > 0))
            {
                var name = $"{method.Name} {string.Join('.', path.Select(field => field.Name))}";
                foreach (var value in Values(path[^1]))
                {
                    var (answers, status) = await EveryRpc.CallAsync(calls, method, Request(method, path, value), [], Bound);
                    if (status.StatusCode is not (StatusCode.OK or StatusCode.InvalidArgument or StatusCode.NotFound))
                        wrong.Add($"{name} {value}: {status}");
                    else if (value == Values(path[^1])[0] && !$"{status.Detail} {string.Join(' ', answers)}".Contains(path[^1].Name, StringComparison.Ordinal))
                        unread.Add(name);
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        // What an answer alone tells.
        Assert.Equal(["RecordEvents events.created_at", "StreamEvents events.created_at"], unread);
    }

    private static IMessage Request(MethodDescriptor method, IReadOnlyList<FieldDescriptor> path, object value)
    {
        var request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        for (var depth = 0; depth < path.Count; depth++)
        {
            foreach (var field in path[depth].ContainingType.Fields.InFieldNumberOrder().Where(field => field != path[depth] && Needed.ContainsKey(field.Name)))
                EveryRpc.Set(request, [.. path.Take(depth), field], Needed[field.Name]);
        }

        EveryRpc.Set(request, path, value);
        return request;
    }

    private static IReadOnlyList<object> Values(FieldDescriptor field) => field switch
    {
        { FieldType: FieldType.Message } when field.MessageType == Timestamp.Descriptor => Times,
        { FieldType: FieldType.Message } when field.MessageType == Duration.Descriptor => Durations,
        { Name: "page_token" } => Tokens,
        _ => [],
    };
}
