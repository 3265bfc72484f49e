using System.Net;
using System.Text;
using System.Text.Json;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;
using Pylon.Cli.Imports;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Tests;

public sealed class ShipmentsCommandTests : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pylon-cli-tests-");
    private readonly HttpListener _listener = new();
    private readonly List<(string Path, string Name, string Factors, long FirstLine, string Lines)> _parts = [];
    private readonly Task _serving;
    private readonly string _url = $"http://127.0.0.1:{Ports.Throwaway()}";

    public ShipmentsCommandTests()
    {
        _listener.Prefixes.Add(_url + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    private int Failing { get; set; } = -1;

    [Fact]
    public async Task AFileIsSentInPartsWithItsNameAndItsFactors()
    {
        Assert.Equal(0, await RunAsync(",Date\n0,a\n1,b\n2,c\n"));
        Assert.Equal(
            [("/api/v1/shipments:import", "first-half", "desnz-2025", 2L, "0,a\n1,b\n"), ("/api/v1/shipments:import", "first-half", "desnz-2025", 4L, "2,c\n")], _parts);
    }

    [Fact]
    public async Task ARunAfterAFailedOneContinuesAfterTheStoredLines()
    {
        Failing = 1;
        var failure = await Assert.ThrowsAsync<ApiException>(() => RunAsync(",Date\n0,a\n1,b\n2,c\n"));
        Assert.Contains("Stored up to line 3", failure.Message, StringComparison.Ordinal);
        Failing = -1;

        Assert.Equal(0, await RunAsync(",Date\n0,a\n1,b\n2,c\n"));
        Assert.Equal([2L, 4L, 4L], _parts.Select(part => part.FirstLine));
    }

    [Fact]
    public async Task ARejectedLineMakesTheExitCodeOne() => Assert.Equal(1, await RunAsync(",Date\n0,bad\n"));

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _directory.Delete(recursive: true);
    }

    private async Task<int> RunAsync(string text)
    {
        var path = new FileInfo(Path.Combine(_directory.FullName, "First half.csv"));
        await File.WriteAllTextAsync(path.FullName, text);
        using var client = new PylonClient(_url);
        return await ShipmentsCommand.RunAsync(
            new Checkout(_directory.FullName), client, path, new ImportTarget(_url, ImportCommand.NameOf(path), "desnz-2025"), restart: false, default, partBytes: 9);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            var call = await _listener.GetContextAsync();
            using var reader = new StreamReader(call.Request.InputStream);
            var messages = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Equal(",Date\n", Encoding.UTF8.GetString(messages[0].GetProperty("data").GetBytesFromBase64()));
            var lines = string.Concat(messages.Skip(1).Select(message => Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64())));
            _parts.Add((
                call.Request.Url!.AbsolutePath, messages[0].GetProperty("name").GetString()!, messages[0].GetProperty("factor_set").GetString()!, messages[0].GetProperty("first_line").GetInt64(), lines));
            call.Response.StatusCode = _parts.Count - 1 == Failing ? 503 : 200;
            var answer = lines.Contains("bad", StringComparison.Ordinal)
                ? """{"rows_read":"1","rows_rejected":"1","rejected":[{"line":"2","reasons":["Date must be a day"]}]}"""
                : """{"rows_read":"2","rows_new":"2","rows_reproduced":"2","published_kg":1.5,"computed_kg":1.5}""";
            await using var output = call.Response.OutputStream;
            await output.WriteAsync(Encoding.UTF8.GetBytes(answer));
        }
    }
}
