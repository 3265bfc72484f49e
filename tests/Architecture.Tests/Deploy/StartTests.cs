using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>Each service would start with the settings that it is given: the check at its start passes, and fails without one of them.</summary>
public sealed partial class StartTests : IDisposable
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("pylon-deploy-");

    public static TheoryData<string, string> OfOverlays
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var service in Code.Ports.Keys)
            {
                all.Add("dev", service);
                all.Add("prod", service);
            }

            return all;
        }
    }

    public static TheoryData<string> OfCompose => [.. Code.Ports.Keys];

    public void Dispose() => _files.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(OfOverlays))]
    public Task TheSettingsOfAnOverlayAreEnough(string overlay, string service) => CheckAsync(service, SettingsOf(overlay, service));

    [Theory]
    [MemberData(nameof(OfCompose))]
    public async Task TheSettingsOfComposeAreEnough(string service)
    {
        var compose = Manifests.Parse<ComposeFile>(Manifests.Text("compose.yaml"));
        var given = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PYLON_INTERNAL_KEY"] = new string('k', 40),
            ["POSTGRES_PASSWORD"] = "secret",
            ["BPP_BASE_URL"] = "https://bpp.example",
            ["BAP_ID"] = "pylon.example",
            ["BAP_URI"] = "https://pylon.example/beckn",
        };

        await CheckAsync(service, compose.Services[service].Environment.ToDictionary(one => one.Key, one => Substituted(one.Value, given)));
    }

    [Theory]
    [InlineData("gateway", "Cors__Origins")]
    [InlineData("gateway", "BECKN_REGISTRY_URL")]
    [InlineData("gateway", "PYLON_TLS_CERT")]
    [InlineData("gateway", "PYLON_INTERNAL_KEY_FILE")]
    [InlineData("orchestrator", "BECKN_KEY_FILE")]
    [InlineData("orchestrator", "PYLON_CONDUCTOR")]
    [InlineData("insights", "PYLON_INGESTION")]
    [InlineData("conductor", "PYLON_POSTGRES")]
    public async Task WithoutOneOfThemTheStartIsRefused(string service, string setting)
    {
        var settings = SettingsOf("prod", service);
        Assert.True(settings.Remove(setting));
        if (setting == "PYLON_TLS_CERT")
            settings.Remove("PYLON_TLS_KEY");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => CheckAsync(service, settings));

        Assert.Contains(setting, error.ToString(), StringComparison.Ordinal);
    }

    private Dictionary<string, string> SettingsOf(string overlay, string service)
    {
        var manifests = overlay == "dev" ? Manifests.Dev : Manifests.Prod;
        var examples = Manifests.Parse(Manifests.Text("secrets.example.yaml")).OfType<V1Secret>().ToDictionary(one => one.Metadata.Name, one => one.StringData);
        var pods = manifests.Patches.OfType<V1Deployment>().Where(patch => patch.Metadata.Name == service).Prepend(manifests.Services[service]).Select(one => one.Spec.Template.Spec).ToList();
        var settings = new Dictionary<string, string>(manifests.Settings, StringComparer.Ordinal);
        foreach (var variable in pods.SelectMany(pod => pod.Containers.Single().Env ?? []))
        {
            if (variable.ValueFrom?.SecretKeyRef is not { } secret)
                settings[variable.Name] = variable.Value;
            else if (overlay == "prod" || secret.Optional != true)
                settings[variable.Name] = overlay == "prod" ? examples[secret.Name][secret.Key] : manifests.Secrets[secret.Key];
        }

        // What is mounted at a path is here in a file of its own.
        foreach (var volume in pods.SelectMany(pod => pod.Volumes).Where(volume => volume.Secret is not null))
        {
            var path = pods.SelectMany(pod => pod.Containers.Single().VolumeMounts).Single(mount => mount.Name == volume.Name).MountPath;
            foreach (var item in volume.Secret.Items)
            {
                var file = Path.Combine(_files.FullName, $"{volume.Name}-{item.Path}");
                File.WriteAllText(file, volume.Name == "tls" ? Certificate(item.Path) : overlay == "prod" ? examples[volume.Secret.SecretName][item.Key] : manifests.Secrets[item.Key]);
                foreach (var name in settings.Where(one => one.Value == $"{path}/{item.Path}").Select(one => one.Key).ToList())
                    settings[name] = file;
            }
        }

        return settings;
    }

    // As RunServiceAsync does it, up to where the host would start.
    private static async Task CheckAsync(string service, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var build = Checkout.Service(Code.Assembly(service)).GetType($"Pylon.{Code.Assembly(service)}.Program", throwOnError: true)!.GetMethod("Build", BindingFlags.Public | BindingFlags.Static)!;
        string[] arguments = [.. settings.Where(one => one.Value.Length > 0).Select(one => $"--{one.Key.Replace("__", ":", StringComparison.Ordinal)}={one.Value}")];
        await using var app = (WebApplication)build.Invoke(null, [arguments, null])!;

        app.Services.GetRequiredService<IStartupValidator>().Validate();
    }

    private readonly (string Certificate, string Key) _tls = Make();

    private string Certificate(string file) => file == "tls.crt" ? _tls.Certificate : _tls.Key;

    private static (string Certificate, string Key) Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=pylon.example", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    // ${NAME}, ${NAME:-default} and ${NAME:?message}, as compose reads them.
    private static string Substituted(string text, IReadOnlyDictionary<string, string> given) =>
        Variable().Replace(text, match =>
            given.GetValueOrDefault(match.Groups["name"].Value)
            ?? (match.Groups["default"].Success ? match.Groups["default"].Value : throw new InvalidOperationException($"{match.Groups["name"].Value} must be given")));

    [GeneratedRegex(@"\$\{(?<name>\w+)(?::-(?<default>[^}]*)|:\?[^}]*)?\}")]
    private static partial Regex Variable();
}
