using System.Reflection;
using System.Reflection.Metadata;
using Xunit;

namespace Pylon.Compat.Tests;

/// <summary>
/// Holds our assemblies against the libraries as shipped. The compiler never sees this boundary: without these tests a
/// missing member would show as a MissingMethodException on first use, perhaps in production, perhaps after an upgrade.
/// </summary>
public sealed class ReferenceTests
{
    public static TheoryData<string, string> Pairs => RealLibraries.AndWhatTheyLeanOn;

    public static TheoryData<string> Libraries => RealLibraries.Names;

    [Theory]
    [MemberData(nameof(Pairs))]
    public void EveryMemberThatTheLibraryRefersToIsThere(string library, string compat)
    {
        var missing = Missing(library, wantedFrom: compat, offeredBy: compat);

        Assert.True(missing.Length == 0, $"{compat} lacks for {library}:\n{string.Join('\n', missing)}");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void TheIdentityIsTheOneTheLibraryWasCompiledAgainst(string library, string compat)
    {
        using var real = new AssemblyFile(RealLibraries.PathOf(library));
        var wanted = real.Metadata.AssemblyReferences
            .Select(handle => real.Metadata.GetAssemblyReference(handle).GetAssemblyName())
            .Single(name => name.Name == compat);
        var ours = AssemblyName.GetAssemblyName(RealLibraries.PathOf(compat));

        Assert.True(ours.Version >= wanted.Version, $"{library} wants {wanted.Version} of {compat}, ours is {ours.Version}");
        Assert.Equal(RealLibraries.IsUnsigned(compat) ? "" : TokenOf(wanted), TokenOf(ours));
    }

    // An abstract member that ours has too many, an interface member with another signature: the type would not load.
    // An override of a member that ours lacks loads, and is then never called.
    [Theory]
    [MemberData(nameof(Libraries))]
    public void EveryTypeLoadsAndOverridesWhatItMeantTo(string library)
    {
        const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

        var stray = Assembly.LoadFrom(RealLibraries.PathOf(library)).GetTypes()
            .SelectMany(type => type.GetMethods(Own))
            .Where(method => method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot))
            .Where(method => method.GetBaseDefinition() == method)
            .Select(method => $"{method.DeclaringType}: {method}");

        Assert.Empty(stray);
    }

    [Fact]
    public void WhatIsMissingIsNamed()
    {
        var missing = Missing("Grpc.Net.Client", wantedFrom: "Grpc.Core.Api", offeredBy: "Grpc.Net.Common");

        Assert.Contains("Grpc.Core.Metadata", missing);
        Assert.Contains("Grpc.Core.Status: Void .ctor(valuetype Grpc.Core.StatusCode, String)", missing);
    }

    private static string[] Missing(string library, string wantedFrom, string offeredBy)
    {
        using var real = new AssemblyFile(RealLibraries.PathOf(library));
        using var ours = new AssemblyFile(RealLibraries.PathOf(offeredBy));
        var wanted = WantedMembers.Of(real.Metadata, wantedFrom).Distinct().ToArray();
        Assert.NotEmpty(wanted);
        var offered = new PublicSurface(ours.Metadata);
        return [.. wanted
            .Where(member => !offered.Offers(member.Type, member.Member))
            .Select(member => member.Member is null ? member.Type : $"{member.Type}: {member.Member}")
            .Order(StringComparer.Ordinal)];
    }

    private static string TokenOf(AssemblyName name) => Convert.ToHexString(name.GetPublicKeyToken() ?? []);
}
