using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pylon.Client;

/// <summary>Where Pylon is and how patiently it is called.</summary>
public sealed class PylonClientOptions
{
    /// <summary>
    /// The gRPC addresses of its gateways, for example <c>http://127.0.0.1:8081</c> (h2c) or <c>https://pylon.example</c>. Of
    /// several, each call goes to the next one that can be reached.
    /// </summary>
    public required IReadOnlyList<Uri> Addresses { get; init; }

    /// <summary>
    /// Of https: a file in PEM with the authorities, one of which must vouch for the gateway; one with the certificate of the gateway
    /// itself works too. Null: whom the system trusts.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>The key of the caller, <c>pyl_…</c>, sent with every call; null for a Pylon that asks for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The deadline of a call that has none. A stream has none: its caller ends it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a call that is safe to repeat is made while the service is unavailable: 1 (no retry) to 5.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The options for one address, or for several with commas between.</summary>
    /// <exception cref="ArgumentException">An address is not one, or they are partly http and partly https.</exception>
    public static PylonClientOptions For(string addresses, string? apiKey = null, string? caFile = null)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        var read = addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(one => Uri.TryCreate(one, UriKind.Absolute, out var uri) ? uri : throw Wrong(one)).ToList();
        return new PylonClientOptions { Addresses = read, ApiKey = apiKey, CaFile = caFile };
    }

    internal static void Check(PylonClientOptions options)
    {
        if (options.Addresses.Count == 0)
            throw Wrong("");
        if (options.Addresses.FirstOrDefault(one => one.Scheme != Uri.UriSchemeHttp && one.Scheme != Uri.UriSchemeHttps) is { } wrong)
            throw Wrong(wrong.OriginalString);
        if (options.Addresses.Select(one => one.Scheme).Distinct(StringComparer.Ordinal).Count() > 1)
            throw new ArgumentException("Addresses: must be all http or all https", nameof(options));
        if (options.ApiKey is { } key && (key.Length == 0 || key.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter != '_')))
            throw new ArgumentException("ApiKey: must be a key as pylon keys create shows it, pyl_...", nameof(options));
        if (options.MaxAttempts is < 1 or > 5)
            throw new ArgumentException("MaxAttempts: must be from 1 to 5", nameof(options));
        if (options.Timeout <= TimeSpan.Zero)
            throw new ArgumentException("Timeout: must be more than 0", nameof(options));
    }

    internal static X509Certificate2Collection? Authorities(string? caFile)
    {
        if (caFile is null)
            return null;
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(caFile);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"CaFile: '{caFile}' must be a file with certificates in PEM: {e.Message}", nameof(caFile), e);
        }

        return authorities.Count > 0 ? authorities : throw new ArgumentException($"CaFile: '{caFile}' must be a file with certificates in PEM", nameof(caFile));
    }

    private static ArgumentException Wrong(string address) =>
        new($"Addresses: '{address}' must be the gRPC address of a gateway, for example http://127.0.0.1:8081", nameof(address));
}
