using Microsoft.Extensions.Options;

namespace Pylon.Gateway.Tests;

/// <summary>The matrix of a start in production: whatever is missing is named, all of it, and nothing else.</summary>
public sealed class ProductionStartTests
{
    private const string Production = "PYLON_ENVIRONMENT=Production";

    // What meets each requirement, and what is said without it.
    private static readonly (string Setting, string Missing)[] Requirements =
    [
        ($"PYLON_INTERNAL_KEY={new string('k', 32)}", $"PYLON_INTERNAL_KEY or PYLON_INTERNAL_KEY_FILE: is required in {Production} and where PYLON_BIND is not loopback, because callers must be known"),
        ("PYLON_TRUSTED_PROXIES=127.0.0.1", $"PYLON_TLS_CERT or PYLON_TRUSTED_PROXIES: is required in {Production}, because what callers send must not be read on its way"),
        ("Cors:Origins=none", $"Cors__Origins: is required in {Production}, because the web pages that may call must be named: origins with commas between, or none"),
        ("BECKN_REGISTRY_URL=https://registry.example", $"BECKN_REGISTRY_URL: is required in {Production}, because callbacks must be verified"),
    ];

    public static TheoryData<int> Subsets => [.. Enumerable.Range(0, 1 << Requirements.Length)];

    [Theory]
    [MemberData(nameof(Subsets))]
    public async Task EachMissingSettingIsNamed(int given)
    {
        var settings = Requirements.Where((_, i) => (given & (1 << i)) != 0).Select(one => $"--{one.Setting}");
        var missing = Requirements.Where((_, i) => (given & (1 << i)) == 0).Select(one => one.Missing).Order(StringComparer.Ordinal).ToList();
        string[] all = [$"--{Production}", .. settings];

        if (missing.Count == 0)
        {
            await using var gateway = await TestGateway.StartAsync(all);
            return;
        }

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync(all));

        Assert.Equal(missing, error.Failures.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OffLoopbackCallersMustBeKnownAlsoInDevelopment()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync("--PYLON_BIND=0.0.0.0"));

        Assert.Equal([Requirements[0].Missing], error.Failures);
    }

    [Fact]
    public async Task AMisspeltEnvironmentDoesNotLeaveEverythingOpen()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync("--PYLON_ENVIRONMENT=Prod"));

        Assert.Equal(["PYLON_ENVIRONMENT=Prod: must be Production or Development"], error.Failures);
    }

    [Theory]
    [InlineData("/docs/index.html")]
    [InlineData("/openapi.json")]
    [InlineData("/metrics")]
    public async Task InProductionTheContractAndTheMetricsAreNotForEverybody(string path)
    {
        await using var gateway = await TestGateway.StartAsync([$"--{Production}", .. Requirements.Select(one => $"--{one.Setting}")]);

        using var answer = await gateway.Http.GetAsync(path);

        Assert.Equal(401, (int)answer.StatusCode);
    }
}
