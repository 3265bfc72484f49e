using System.Text;
using Grpc.Core;
using Pylon.Cli.Commands;
using Pylon.Cli.Imports;
using Pylon.Cli.Output;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Tests;

public sealed class ImportCommandTests : IDisposable
{
    private const string History = "from,forecast\n2026-03-04T10:00Z,1\n2026-03-04T10:30Z,2\n2026-03-04T11:00Z,3\n2026-03-04T11:30Z,4";
    private const int TwoLines = 45;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pylon-cli-tests-");
    private readonly List<(string Name, string Kind, long FirstLine, string Header, string Lines)> _parts = [];
    private readonly Terminal _terminal;

    public ImportCommandTests()
    {
        _terminal = new Terminal(checkout: new Checkout(_directory.FullName));
        _terminal.Calls.On<List<ImportSeriesRequest>>("ImportSeries", sent =>
        {
            var lines = Note(sent[0].Name, sent[0].Series.ToString(), sent[0].FirstLine, sent[0].Data, sent.Skip(1).Select(one => one.Data));
            return lines.Contains("bad", StringComparison.Ordinal)
                ? new ImportSeriesResponse { RowsRead = 2, RowsNew = 1, RowsRejected = 1, Rejected = { new RejectedLine { Line = 5, Reason = "forecast is not a number" } } }
                : new ImportSeriesResponse { RowsRead = 2, RowsNew = 2 };
        });
        _terminal.Calls.On<List<ImportShipmentsRequest>>("ImportShipments", sent =>
        {
            var lines = Note(sent[0].Name, sent[0].FactorSet, sent[0].FirstLine, sent[0].Data, sent.Skip(1).Select(one => one.Data));
            return lines.Contains("bad", StringComparison.Ordinal)
                ? new ImportShipmentsResponse { RowsRead = 1, RowsRejected = 1, Rejected = { new ImportedLineNote { Line = 2, Reasons = { "Date must be a day" } } } }
                : new ImportShipmentsResponse { RowsRead = 2, RowsNew = 2, RowsReproduced = 2, PublishedKg = 1.5, ComputedKg = 1.5 };
        });
    }

    /// <summary>The part that is answered with an error.</summary>
    private int Failing { get; set; } = -1;

    [Fact]
    public async Task FileIsSentInPartsOfWholeLinesEachWithTheColumns()
    {
        Assert.Equal(0, await RunAsync());
        Assert.Equal(
            [("history", "Demand", 2L, "from,forecast\n", "2026-03-04T10:00Z,1\n2026-03-04T10:30Z,2\n"), ("history", "Demand", 4L, "from,forecast\n", "2026-03-04T11:00Z,3\n2026-03-04T11:30Z,4")], _parts);
        Assert.Empty(Directory.GetFiles(_directory.FullName, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task RunAfterAFailedOneContinuesAfterTheStoredLines()
    {
        Failing = 1;
        Assert.Equal(ExitCode.Unreachable, await RunAsync());
        Assert.Contains("Stored up to line 3", _terminal.Errors, StringComparison.Ordinal);
        Failing = -1;

        Assert.Equal(0, await RunAsync());
        Assert.Equal([2L, 4L, 4L], _parts.Select(part => part.FirstLine));
    }

    [Fact]
    public async Task RestartAnotherNameAndAnotherFileStartAtTheFirstLine()
    {
        foreach (var (restart, name, text) in new[] { (true, "history", History), (false, "other", History), (false, "history", History + "0") })
        {
            _parts.Clear();
            Failing = 1;
            Assert.Equal(ExitCode.Unreachable, await RunAsync());
            Failing = -1;
            await RunAsync(restart, name, text);
            Assert.Equal([2L, 4L, 2L, 4L], _parts.Select(part => part.FirstLine));
            // the next case must find no note
            await RunAsync();
        }
    }

    [Fact]
    public async Task RejectedLineMakesTheExitCodeOne()
    {
        Assert.Equal(1, await RunAsync(text: History.Replace(",4", ",bad", StringComparison.Ordinal)));
        Assert.Contains("  line 5: forecast is not a number", _terminal.Lines);
    }

    [Fact]
    public async Task ShipmentsAreSentInPartsWithTheirNameAndTheirFactors()
    {
        Assert.Equal(0, await ShipmentsAsync(",Date\n0,a\n1,b\n2,c\n"));
        Assert.Equal([("first-half", "desnz-2025", 2L, ",Date\n", "0,a\n1,b\n"), ("first-half", "desnz-2025", 4L, ",Date\n", "2,c\n")], _parts);
    }

    [Fact]
    public async Task ARejectedShipmentMakesTheExitCodeOne()
    {
        Assert.Equal(1, await ShipmentsAsync(",Date\n0,bad\n"));
        Assert.Contains("  line 2, rejected: Date must be a day", _terminal.Lines);
    }

    [Fact]
    public async Task JsonIsTheSumOfTheParts()
    {
        Assert.Equal(0, await RunAsync(more: ["--json"]));
        Assert.Equal(4, System.Text.Json.JsonDocument.Parse(_terminal.Output).RootElement.GetProperty("new").GetInt64());
    }

    [Theory]
    [InlineData(0, "0 lines")]
    [InlineData(1, "1 line")]
    [InlineData(2, "2 lines")]
    [InlineData(12345, "12,345 lines")]
    public void OneIsSingular(long count, string expected) => Assert.Equal(expected, Words.Count(count, "line"));

    [Theory]
    [InlineData("Regions 2025.csv", "regions-2025")]
    [InlineData("_x.y.csv", "x.y")]
    public void DefaultNameComesFromTheFile(string file, string name) => Assert.Equal(name, ImportRun.NameOf(new FileInfo(file)));

    public void Dispose() => _directory.Delete(recursive: true);

    private Task<int> RunAsync(bool restart = false, string name = "history", string text = History, IEnumerable<string>? more = null) =>
        ImportAsync("History.csv", text, TwoLines, [.. restart ? ["--restart"] : Array.Empty<string>(), "--name", name, "--series", "demand", .. more ?? []]);

    private Task<int> ShipmentsAsync(string text) => ImportAsync("First half.csv", text, 9, ["--factor-set", "desnz-2025"], "shipments");

    private async Task<int> ImportAsync(string file, string text, int partBytes, IEnumerable<string> options, params IEnumerable<string> verb)
    {
        var path = Path.Combine(_directory.FullName, file);
        await File.WriteAllTextAsync(path, text);
        return await PylonCommand.RunAsync(_terminal.Context, ["import", .. verb, path, .. options], CancellationToken.None, partBytes);
    }

    private string Note(string name, string kind, long firstLine, Google.Protobuf.ByteString header, IEnumerable<Google.Protobuf.ByteString> pieces)
    {
        var lines = string.Concat(pieces.Select(piece => piece.ToString(Encoding.UTF8)));
        _parts.Add((name, kind, firstLine, header.ToString(Encoding.UTF8), lines));
        return _parts.Count - 1 == Failing ? throw FakeCalls.Error(StatusCode.Unavailable) : lines;
    }
}
