namespace Pylon.Conductor.State;

/// <summary>
/// The changes of a batch in Redis as scripts, each atomic with its event. Every script first checks that the
/// batch was written under this run of the server: after a restart, even with its file, the last second may be missing,
/// so the batch must be rebuilt from PostgreSQL. The answer is then "load".
/// </summary>
internal static class BatchScripts
{
    private const string Run =
        """
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')

        """;

    private const string Guard =
        Run +
        """
        if redis.call('HGET', KEYS[1], 'run') ~= run then return {'load'} end

        """;

    // The loader, which gives the key "loading" after the others, goes on with what it has loaded.
    private const string WriteGuard =
        Run +
        """
        if KEYS[4] then run = 'loading:' .. (redis.call('GET', KEYS[4]) or '') end
        if redis.call('HGET', KEYS[1], 'run') ~= run then return {'load'} end

        """;

    // The items may be new; they live as long as the batch.
    private const string Live =
        """
        if ARGV[1] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
        local left = redis.call('PTTL', KEYS[1])
        if left > 0 then redis.call('PEXPIRE', KEYS[2], left) end

        """;

    /// <summary>KEYS: meta. Gives "ok" and the fields and values of meta.</summary>
    public const string Read =
        Guard +
        """
        return {'ok', redis.call('HGETALL', KEYS[1])}
        """;

    /// <summary>
    /// KEYS: meta, items, outbox. ARGV: milliseconds to live or 0 to leave that as it is, phase, entity, S or F, event id, batch id, error code,
    /// correlation id, time in ms, 1 when its event is lost, and of its work millionths of a kWh, start and end in ms, each
    /// empty when it is not told. Gives changed or none, completed, failed, total, what is known
    /// of the whole batch, the id of the report that made the state of the entity, and e, k, s and l of the phase. When that is this very report, a lost
    /// event is written again.
    /// </summary>
    public const string Report =
        WriteGuard +
        """
        local meta, items, outbox = KEYS[1], KEYS[2], KEYS[3]
        local phase, entity, status, id = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
        local item = phase .. '/' .. entity
        local before = redis.call('HGET', items, item)
        local was = before and string.sub(before, 1, 1)
        local changed = not was or (was == 'F' and status == 'S')
        local maker = changed and id or string.sub(before, 3)
        if changed then
            redis.call('HSET', items, item, status .. ':' .. id)
            redis.call('HINCRBY', meta, 'v', 1)
            if entity == '' then
                redis.call('HSET', meta, 'b:' .. phase, status)
            else
                if redis.call('HSETNX', items, '/' .. entity, '1') == 1 then redis.call('HINCRBY', meta, 'n', 1) end
                if status == 'S' then
                    redis.call('HINCRBY', meta, 'c:' .. phase, 1)
                    if was == 'F' then redis.call('HINCRBY', meta, 'f:' .. phase, -1) end
                else
                    redis.call('HINCRBY', meta, 'f:' .. phase, 1)
                end
            end
            if ARGV[11] ~= '' then
                redis.call('HINCRBY', meta, 'e:' .. phase, ARGV[11])
                redis.call('HINCRBY', meta, 'k:' .. phase, 1)
            end
            local first, last = redis.call('HGET', meta, 's:' .. phase), redis.call('HGET', meta, 'l:' .. phase)
            if ARGV[12] ~= '' and (not first or tonumber(ARGV[12]) < tonumber(first)) then redis.call('HSET', meta, 's:' .. phase, ARGV[12]) end
            if ARGV[13] ~= '' and (not last or tonumber(ARGV[13]) > tonumber(last)) then redis.call('HSET', meta, 'l:' .. phase, ARGV[13]) end
        end
        local now = redis.call('HMGET', meta, 'c:' .. phase, 'f:' .. phase, 'x', 'n', 'b:' .. phase,
            'e:' .. phase, 'k:' .. phase, 's:' .. phase, 'l:' .. phase)
        local energy, reports, first, last = now[6] or '', now[7] or '0', now[8] or '', now[9] or ''
        local completed, failed = tonumber(now[1] or 0), tonumber(now[2] or 0)
        local total = math.max(tonumber(now[3] or 0), tonumber(now[4] or 0))
        if changed or (maker == id and ARGV[10] == '1') then
            redis.call('XADD', outbox, '*', 'id', id, 'batch', ARGV[6], 'phase', phase, 'entity', entity, 'status', status,
                'error', ARGV[7], 'correlation', ARGV[8], 'time', ARGV[9],
                'completed', completed, 'failed', failed, 'total', total, 'whole', now[5] or '',
                'energy', energy, 'reports', reports, 'first', first, 'last', last, 'trace', redis.call('HGET', meta, 't') or '')
        end

        """ +
        Live +
        """
        return {changed and 'changed' or 'none', completed, failed, total, now[5] or '', maker, energy, reports, first, last}
        """;

    /// <summary>KEYS: meta, items, outbox. ARGV: milliseconds to live or 0, definition id, entities expected, 1 when its
    /// events are lost, its traceparent or nothing, its events.</summary>
    public const string Define =
        WriteGuard +
        """
        if tonumber(ARGV[3]) > tonumber(redis.call('HGET', KEYS[1], 'x') or 0) then
            redis.call('HSET', KEYS[1], 'x', ARGV[3])
        end
        if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 't', ARGV[5]) end
        local isNew = redis.call('HSETNX', KEYS[2], ':' .. ARGV[2], '1') == 1
        if isNew then redis.call('HINCRBY', KEYS[1], 'v', 1) end
        if isNew or ARGV[4] == '1' then
            for i = 6, #ARGV do
                redis.call('XADD', KEYS[3], '*', 'definition', ARGV[2], 'event', ARGV[i])
            end
        end

        """ +
        Live +
        """
        return {'ok'}
        """;

    /// <summary>
    /// KEYS: loading, staged. ARGV: the loader's token, milliseconds that it lives without a sign. Gives the run of the
    /// server, or nothing while another loader holds the key.
    /// </summary>
    public const string Begin =
        """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return false end
        redis.call('UNLINK', KEYS[2])
        return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
        """;

    /// <summary>
    /// Brings a piece of the items, which nobody reads until all are there. KEYS: loading, staged. ARGV: the loader's token,
    /// milliseconds that it and the piece live, fields and values. Gives 0 when the loader no longer holds the key.
    /// </summary>
    public const string Stage =
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[2], unpack(ARGV, 3))
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        return 1
        """;

    /// <summary>
    /// Makes the items that were brought the batch, for its loader only. KEYS: meta, items, loading, staged. ARGV: the loader's token, the run of
    /// the server that <see cref="Begin"/> gave, milliseconds to live, number of items, fields and values of meta. Gives 0
    /// when another loader holds the key; when an item is missing, because the server was restarted meanwhile; or when
    /// another has loaded the batch already: then what was read from PostgreSQL may be older than what others wrote here.
    /// The last case is that of a loader that took the key, which was free again, on an old answer "load".
    /// </summary>
    public const string Load =
        """
        if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
        if run ~= ARGV[2] or redis.call('HLEN', KEYS[4]) ~= tonumber(ARGV[4]) or redis.call('HGET', KEYS[1], 'run') == run then
            redis.call('UNLINK', KEYS[3], KEYS[4])
            return 0
        end
        redis.call('UNLINK', KEYS[1], KEYS[2])
        if ARGV[4] ~= '0' then redis.call('RENAME', KEYS[4], KEYS[2]) end
        for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('HSET', KEYS[1], 'run', 'loading:' .. ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
        return 1
        """;

    /// <summary>
    /// Gives the batch to everybody. KEYS: meta, loading. ARGV: the loader's token, the run of the server that
    /// <see cref="Begin"/> gave. Gives 0 when the loader no longer holds the key, or the server was restarted meanwhile.
    /// </summary>
    public const string Finish =
        Run +
        """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
        redis.call('UNLINK', KEYS[2])
        if run ~= ARGV[2] or redis.call('HGET', KEYS[1], 'run') ~= 'loading:' .. ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'run', run)
        return 1
        """;
}
