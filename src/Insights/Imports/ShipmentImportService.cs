using Grpc.Core;
using Pylon.Insights.Recording;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Imports;

/// <summary>The gRPC service that imports files of shipments. It holds one block of a file, whatever its length.</summary>
internal sealed class ShipmentImportService(EventRecorder recorder, ShipmentStore store, TimeProvider time, ILogger<ShipmentImportService> logger)
    : V1.ShipmentImportService.ShipmentImportServiceBase
{
    private const int LongestName = 63;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    public override async Task<ImportShipmentsResponse> ImportShipments(IAsyncStreamReader<ImportShipmentsRequest> requestStream, ServerCallContext context)
    {
        var token = context.CancellationToken;
        if (!await NextAsync(requestStream, token))
            throw NothingSent();
        var (name, firstLine, factorSet) = Subject(requestStream.Current);
        var (import, lines) = (new ShipmentImport(name, factorSet, recorder, store.Of(context.Tenant())), new LineBlocks(firstLine));
        ShipmentReader? reader = null;
        do
        {
            if (requestStream.Current.Name is { Length: > 0 } again && again != name)
                throw Refusal.InvalidArgument("name", "must be the same in every message that has it").AsException();
            lines.Feed(requestStream.Current.Data.Memory);
            while (lines.TryRead(out var block, out var number))
                await ReadAsync(block, number);
        }
        while (await NextAsync(requestStream, token));

        if (lines.TryReadLast(out var last, out var lastNumber))
            await ReadAsync(last, lastNumber);
        if (reader is null)
            throw NothingSent();
        await import.EndAsync(token);
        var answer = import.Answer;
        logger.Imported(name, answer.RowsRead, answer.RowsNew, answer.RowsRejected, answer.RowsNoted);
        return answer;

        // The first block begins with the line that names the columns.
        async Task ReadAsync(string block, long number)
        {
            if (reader is null)
            {
                var end = block.IndexOf('\n') is >= 0 and var n ? n + 1 : block.Length;
                reader = new ShipmentReader(ShipmentColumns.Read(block[..end].TrimEnd('\r', '\n')));
                (block, number) = (block[end..], firstLine);
            }

            await import.AddAsync(reader.Read(block, number), token);
        }
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<ImportShipmentsRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.MoveNext(cancellationToken).WaitAsync(LongestWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Refusal.InvalidArgument("data", $"must arrive, or the stream end, within {LongestWait.TotalSeconds:0} s after the message before").AsException();
        }
    }

    private static (string Name, long FirstLine, string FactorSet) Subject(ImportShipmentsRequest first)
    {
        var name = first.Name;
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            throw Refusal.InvalidArgument("name", $"must have 1 to {LongestName} of a-z, 0-9, '-', '_' and '.', and begin with a letter or digit").AsException();
        var factorSet = first.FactorSet.Length == 0 ? ShipmentRules.AuthorSet : first.FactorSet;
        if (factorSet is not (ShipmentRules.AuthorSet or ShipmentRules.DesnzSet))
            throw Refusal.InvalidArgument("factor_set", $"must be {ShipmentRules.AuthorSet} or {ShipmentRules.DesnzSet}").AsException();
        return (name, first.FirstLine == 0 ? 2 : Field.Range(first.FirstLine, "first_line", 2, long.MaxValue / 2), factorSet);
    }

    private static RefusalException NothingSent() => Refusal.InvalidArgument("data", "must begin with a line that names the columns, and nothing was sent").AsException();
}
