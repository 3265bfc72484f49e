using Pylon.Access;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Proxy;
using Pylon.Rpc;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.Tests;

/// <summary>Every rpc and every scope, from the descriptors: who has the scope of an rpc may call it, nobody else.</summary>
public sealed class ScopeTableTests(KeyedGateway gateway) : IClassFixture<KeyedGateway>
{
    private const int PermissionDenied = 7;
    private const int Unauthenticated = 16;

    public static TheoryData<string> Scopes => [.. Scope.All.Select(scope => scope.Name)];

    [Fact]
    public void EveryRpcSaysItsScope()
    {
        var rules = MethodScopes.Of(Contract.Services);

        Assert.Equal(Contract.Services.Sum(service => service.Methods.Count), rules.Count);
        Assert.DoesNotContain(ScopeRule.Public, rules.Values);
        // What changes something is not for readers.
        Assert.All(
            rules.Where(rule => Changes(rule.Key)),
            rule => Assert.DoesNotContain(rule.Value.Scopes, scope => scope.Name.EndsWith(":read", StringComparison.Ordinal)));

        static bool Changes(string path) => new[] { "/Create", "/Update", "/Delete", "/Submit", "/Choose", "/Approve", "/Reject", "/Acknowledge", "/Revoke", "/Import", "/Record", "/Run", "/Replay", "/Discard", "/Cancel" }
            .Any(word => path.Contains(word, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task NativeCalls(string name)
    {
        Assert.True(Scope.TryParse(name, out var scope));
        var key = gateway.Keys.Add([scope], name == Scope.Admin.Name ? null : Guid.NewGuid());
        foreach (var (path, rule) in MethodScopes.Of(Contract.Services))
        {
            var code = await gateway.NativeAsync(path, KeyedGateway.Header(key));

            var mayCall = rule.Scopes.Contains(scope);
            Assert.True(mayCall == (code != PermissionDenied), $"{path} with {name}: {code}");
            Assert.NotEqual(Unauthenticated, code);
        }
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task RestCalls(string name)
    {
        Assert.True(Scope.TryParse(name, out var scope));
        var key = gateway.Keys.Add([scope], name == Scope.Admin.Name ? null : Guid.NewGuid());
        foreach (var binding in Binding.Of(Contract.Services))
        {
            using var answer = await gateway.RestAsync(HttpMethod.Parse(binding.HttpMethod), PathOf(binding), KeyedGateway.Header(key));

            var mayCall = MethodScopes.Of(binding.Rpc).Scopes.Contains(scope);
            Assert.True(mayCall == ((int)answer.StatusCode != 403), $"{binding.HttpMethod} {PathOf(binding)} with {name}: {answer.StatusCode}");
            Assert.NotEqual(401, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task WithoutAKeyNothingIsCalled()
    {
        foreach (var path in MethodScopes.Of(Contract.Services).Keys)
            Assert.Equal(Unauthenticated, await gateway.NativeAsync(path));
        foreach (var binding in Binding.Of(Contract.Services))
            Assert.Equal("CREDENTIALS_MISSING", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Parse(binding.HttpMethod), PathOf(binding)), 401));
        Assert.DoesNotContain(gateway.Recorder.Seen, call => Contract.Services.Any(service => Upstream.Of(service) is not null && call.Caller.Id == "anonymous"));
    }

    private static string PathOf(Binding binding) =>
        $"/{string.Join('/', binding.Template.Segments.Select(segment => segment.Kind == SegmentKind.Literal ? segment.Text : "0199c2f4-7d53-7c0e-9b42-0c5b7f3f2a11"))}{(binding.Template.Verb.Length > 0 ? ":" + binding.Template.Verb : "")}";
}
