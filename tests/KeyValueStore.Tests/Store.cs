using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;
using Zab;

namespace KeyValueStore.Tests;

/// <summary>The endpoints over a real ensemble of one, without a web server between.</summary>
public sealed class Store : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zab-kv-").FullName;
    private IHost? _host;
    private KeyValueEndpoints? _endpoints;

    public async Task InitializeAsync()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddZab(options => options.DataDirectory = _directory).AddReplicated<KeyValue>();
        _host = builder.Build();
        await _host.StartAsync();
        IServiceProvider services = _host.Services;
        _endpoints = new KeyValueEndpoints(new OneServer(services.GetRequiredService<IKeyValue>(), services.GetRequiredService<IZabSessions>(), services.GetRequiredService<IZabServer>()));
    }

    public async Task DisposeAsync()
    {
        await _host!.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    internal async Task<Response> SendAsync(string method, string target, byte[]? body = null, long? contentLength = null, params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext();
        int query = target.IndexOf('?', StringComparison.Ordinal);
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        http.Request.Method = method;
        http.Request.Path = query < 0 ? target : target[..query];
        http.Request.QueryString = new QueryString(query < 0 ? "" : target[query..]);
        http.Request.Body = new MemoryStream(body ?? []);
        http.Request.ContentLength = contentLength;
        foreach ((string name, string value) in headers) http.Request.Headers[name] = value;
        var sent = new MemoryStream();
        http.Response.Body = sent;
        await _endpoints!.HandleAsync(http);
        return new Response(http.Response.StatusCode, sent.ToArray(), http.Response.Headers["Zxid"].ToString(), http.Response.ContentType);
    }

    internal Task<Response> SendAsync(string method, string target, string body, params (string Name, string Value)[] headers) =>
        SendAsync(method, target, Encoding.UTF8.GetBytes(body), headers: headers);
}

internal sealed record Response(int Status, byte[] Body, string ZxidText, string? ContentType)
{
    internal string Text => Encoding.UTF8.GetString(Body);

    internal Zxid Zxid => Zxid.Parse(ZxidText);
}
