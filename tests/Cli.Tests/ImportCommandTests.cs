using System.Net;
using System.Text;
using System.Text.Json;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;
using Pylon.Cli.Imports;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Tests;

public sealed class ImportCommandTests : IAsyncDisposable
{
    private const string File = "from,forecast\n2026-03-04T10:00Z,1\n2026-03-04T10:30Z,2\n2026-03-04T11:00Z,3\n2026-03-04T11:30Z,4";
    private const int TwoLines = 45;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pylon-cli-tests-");
    private readonly HttpListener _listener = new();
    private readonly List<(long FirstLine, string Lines)> _parts = [];
    private readonly Task _serving;

    public ImportCommandTests()
    {
        Url = $"http://127.0.0.1:{Ports.Throwaway()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    private string Url { get; }

    /// <summary>The part that is answered with an error.</summary>
    private int Failing { get; set; } = -1;

    [Fact]
    public async Task FileIsSentInPartsOfWholeLinesEachWithTheColumns()
    {
        Assert.Equal(0, await RunAsync());
        Assert.Equal([(2L, "2026-03-04T10:00Z,1\n2026-03-04T10:30Z,2\n"), (4L, "2026-03-04T11:00Z,3\n2026-03-04T11:30Z,4")], _parts);
        Assert.Empty(Directory.GetFiles(_directory.FullName, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task RunAfterAFailedOneContinuesAfterTheStoredLines()
    {
        Failing = 1;
        var failure = await Assert.ThrowsAsync<ApiException>(() => RunAsync());
        Assert.Contains("Stored up to line 3", failure.Message, StringComparison.Ordinal);
        Failing = -1;

        Assert.Equal(0, await RunAsync());
        Assert.Equal([2L, 4L, 4L], _parts.Select(part => part.FirstLine));
    }

    [Fact]
    public async Task RestartAnotherNameAndAnotherFileStartAtTheFirstLine()
    {
        foreach (var (restart, name, text) in new[] { (true, "history", File), (false, "other", File), (false, "history", File + "0") })
        {
            _parts.Clear();
            Failing = 1;
            await Assert.ThrowsAsync<ApiException>(() => RunAsync());
            Failing = -1;
            await RunAsync(restart, name, text);
            Assert.Equal([2L, 4L, 2L, 4L], _parts.Select(part => part.FirstLine));
            // the next case must find no note
            await RunAsync();
        }
    }

    [Fact]
    public async Task RejectedLineMakesTheExitCodeOne() => Assert.Equal(1, await RunAsync(text: File.Replace(",4", ",bad", StringComparison.Ordinal)));

    [Theory]
    [InlineData(0, "0 lines")]
    [InlineData(1, "1 line")]
    [InlineData(2, "2 lines")]
    [InlineData(12345, "12,345 lines")]
    public void OneIsSingular(long count, string expected) => Assert.Equal(expected, Words.Count(count, "line"));

    [Theory]
    [InlineData("Regions 2025.csv", "regions-2025")]
    [InlineData("_x.y.csv", "x.y")]
    public void DefaultNameComesFromTheFile(string file, string name) => Assert.Equal(name, ImportCommand.NameOf(new FileInfo(file)));

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _directory.Delete(recursive: true);
    }

    private async Task<int> RunAsync(bool restart = false, string name = "history", string text = File)
    {
        var path = new FileInfo(Path.Combine(_directory.FullName, "history.csv"));
        await System.IO.File.WriteAllTextAsync(path.FullName, text);
        using var client = new PylonClient(Url);
        return await ImportCommand.RunAsync(new Checkout(_directory.FullName), client, path, new ImportTarget(Url, name, "demand"), restart, default, TwoLines);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            var call = await _listener.GetContextAsync();
            using var reader = new StreamReader(call.Request.InputStream);
            var messages = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Equal("IMPORTED_SERIES_DEMAND", messages[0].GetProperty("series").GetString());
            Assert.Equal("from,forecast\n", Encoding.UTF8.GetString(messages[0].GetProperty("data").GetBytesFromBase64()));
            var lines = string.Concat(messages.Skip(1).Select(message => Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64())));
            _parts.Add((messages[0].GetProperty("first_line").GetInt64(), lines));
            call.Response.StatusCode = _parts.Count - 1 == Failing ? 503 : 200;
            var answer = lines.Contains("bad", StringComparison.Ordinal)
                ? """{"rows_read":"2","rows_new":"1","rows_rejected":"1","rejected":[{"line":"5","reason":"forecast is not a number"}]}"""
                : """{"rows_read":"2","rows_new":"2"}""";
            await using var output = call.Response.OutputStream;
            await output.WriteAsync(Encoding.UTF8.GetBytes(answer));
        }
    }
}
