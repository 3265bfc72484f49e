using System.Net;
using System.Net.Sockets;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;

namespace Pylon.LocalStack.Tests;

public sealed class PortsTests
{
    [Fact]
    public void FreePreferredPortIsChosen()
    {
        var port = Ports.Throwaway();

        Assert.Equal(port, new Ports().Choose(port));
    }

    [Fact]
    public void BusyPortIsNotChosen()
    {
        using var listener = Busy(out var port);

        Assert.NotEqual(port, new Ports().Choose(port));
    }

    [Fact]
    public void PortOfThePreviousRunIsChosenFirst()
    {
        var (before, preferred) = (Ports.Throwaway(), Ports.Throwaway());

        Assert.Equal(before, new Ports().Choose(preferred, before));
    }

    [Fact]
    public void BusyPortOfThePreviousRunIsNotChosen()
    {
        using var listener = Busy(out var before);
        var preferred = Ports.Throwaway();

        Assert.Equal(preferred, new Ports().Choose(preferred, before));
    }

    [Fact]
    public void NoPortIsChosenTwice()
    {
        var ports = new Ports();
        var port = Ports.Throwaway();

        Assert.NotEqual(ports.Choose(port), ports.Choose(port));
    }

    [Fact]
    public void EveryAddressOfAStackHasItsOwnPortAndAVariable()
    {
        var addresses = StackAddresses.Choose(random: true);

        Assert.Equal(addresses.Ports.Count, addresses.Ports.Values.Distinct().Count());
        Assert.Equal(
            ["PYLON_URL", "PYLON_GRPC", "PYLON_POSTGRES", "PYLON_REDIS", "PYLON_SANDBOX", "PYLON_INGESTION", "PYLON_CONDUCTOR", "PYLON_ORCHESTRATOR", "PYLON_INSIGHTS"],
            addresses.Variables.Select(variable => variable.Key));
    }

    [Fact]
    public void GivenServersGetNoPort()
    {
        var addresses = StackAddresses.Choose(postgres: "postgresql://me@db:5432/mine", redis: "cache:6379", random: true);

        Assert.Equal("postgresql://me@db:5432/mine", addresses.Postgres);
        Assert.DoesNotContain("postgresql", addresses.Ports.Keys);
        Assert.DoesNotContain("redis", addresses.Ports.Keys);
    }

    [Fact]
    public void VariableOfAServiceWithReplicasHasAllItsAddresses()
    {
        var replica = ServiceDefinition.Orchestrator.Replica(2);

        var addresses = StackAddresses.Choose(random: true, replicas: replica);

        Assert.Equal(
            $"{addresses.GrpcOf(ServiceDefinition.Orchestrator)},{addresses.GrpcOf(replica)}",
            addresses.Variables.Single(variable => variable.Key == "PYLON_ORCHESTRATOR").Value);
    }

    [Fact]
    public void OrchestratorOwnsNoTableOfAPrivateServer()
    {
        var addresses = StackAddresses.Choose(random: true);

        Assert.Equal(
            [("PYLON_POSTGRES", addresses.Postgres.Replace("pylon@", "pylon_service@", StringComparison.Ordinal)), ("PYLON_POSTGRES_OWNER", addresses.Postgres)],
            addresses.RolesOf(ServiceDefinition.Orchestrator.Replica(2)).Select(setting => (setting.Key, setting.Value)));
        Assert.Empty(addresses.RolesOf(ServiceDefinition.Ingestion));
        Assert.Empty(StackAddresses.Choose(postgres: "postgresql://me@db:5432/mine", random: true).RolesOf(ServiceDefinition.Orchestrator));
    }

    private static TcpListener Busy(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }
}
