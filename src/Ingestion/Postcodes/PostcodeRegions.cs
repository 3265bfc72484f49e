using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.Clients;
using Pylon.Rpc;

namespace Pylon.Ingestion.Postcodes;

/// <summary>
/// The regions of outward codes. The Carbon Intensity API knows them, no file that may be shipped does, so it is asked and its
/// answer kept: the borders of the regions are those of the networks, which do not move.
/// </summary>
internal sealed class PostcodeRegions(
    [FromKeyedServices(CarbonIntensitySource.Id)] SourceClient client, IOptions<SourcesOptions> options, TimeProvider time, ILogger<PostcodeRegions> logger) : IDisposable
{
    // Great Britain has about 3,000 outward codes; the form allows more.
    private const int MostKept = 4000;

    // The source takes one request at a time.
    private const int MostWaiting = 8;
    private const int LinesPerMinute = 5;

    // Less than a caller's default deadline of 10 s. The attempts of the client may take longer.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AskAgain = TimeSpan.FromDays(30);

    private readonly ConcurrentDictionary<string, PostcodeRegion> _kept = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(MostWaiting);
    private readonly LogLimit _lines = new(LinesPerMinute, logger.PostcodesNotAsked, time);

    /// <summary>Null when the source knows no such code.</summary>
    /// <exception cref="RefusalException">UNAVAILABLE: the source does not answer. RESOURCE_EXHAUSTED: too many ask at once.</exception>
    public async Task<PostcodeRegion?> FindAsync(string outward, CancellationToken cancellationToken)
    {
        _kept.TryGetValue(outward, out var kept);
        if (kept is not null && time.GetUtcNow() - kept.CapturedAt < AskAgain)
            return kept;
        if (!await _places.WaitAsync(TimeSpan.Zero, cancellationToken))
            throw Refusal.ResourceExhausted("POSTCODE_LOOKUPS_BUSY", $"{MostWaiting} postcodes are being looked up: try again later.", TimeSpan.FromSeconds(2)).AsException();
        try
        {
            return await AskAsync(outward, kept, cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _lines.Dispose();

    // An old answer is better than none: it has its time.
    private async Task<PostcodeRegion?> AskAsync(string outward, PostcodeRegion? kept, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Bound, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var body = await client.GetAsync($"regional/postcode/{outward}", options.Value.RequestPause, stop.Token);
            return Keep(outward, PostcodeAnswer.Read(body, time.GetUtcNow()) ?? throw new SourceException("the answer names no region"));
        }
        catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (_lines.Allows())
                logger.PostcodeNotAsked(e, outward, SourceException.Words(e) ?? (late.IsCancellationRequested ? $"no answer within {Bound.TotalSeconds:0} s" : "an unexpected error"), kept is null ? "the caller gets UNAVAILABLE" : "the caller gets the last answer");
            return kept ?? throw Refusal.Unavailable("SOURCE_UNAVAILABLE", "The Carbon Intensity API, which knows the regions of postcodes, does not answer; try again later.").AsException();
        }
    }

    private PostcodeRegion Keep(string outward, PostcodeRegion found)
    {
        // Whoever asks for thousands of codes that do not exist fills nothing: those are not kept.
        if (_kept.Count < MostKept || _kept.ContainsKey(outward))
            _kept[outward] = found;
        return found;
    }
}
