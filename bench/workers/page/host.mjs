// The page: starts the worker of the contestant that its address names, and hands on what it is asked.
const worker = new Worker(`./${new URLSearchParams(location.search).get('contestant')}.js`, { type: 'module' });

globalThis.ask = (message) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data?.bench !== undefined) resolve({ ...data.bench, opened: performance.timeOrigin });
    };
    worker.onerror = ({ message: text }) => reject(new Error(text));
    worker.postMessage({ bench: message });
  });
