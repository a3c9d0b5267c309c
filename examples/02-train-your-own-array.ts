// A VAE on an array of your own: 8×8 images of one bright bar, horizontal or vertical, at one of eight places.
import { NdArray, train } from 'rootsigma';

const count = 2000;
const images = NdArray.zeros([count, 8, 8], 'float32');
for (let k = 0; k < count; k++) {
  const place = k % 8;
  const vertical = Math.floor(k / 8) % 2 === 1;
  for (let i = 0; i < 8; i++) images.data[k * 64 + (vertical ? i * 8 + place : place * 8 + i)] = 1;
}

const training = train(images, { latent: 2, hidden: [64], epochs: 200, batchSize: 100, learningRate: 3e-3, seed: 1 });
for await (const event of training) {
  if (event.event === 'epoch' && event.epoch % 50 === 0) {
    console.log(`epoch ${event.epoch}: validation ELBO ${event.validation?.elbo?.toFixed(2) ?? ''} nats`);
  }
}
const run = await training;

// Sixteen equally likely images: no model can do better than −log 16 = −2.77 nats.
const { elbo, nll } = await run.evaluate({ draws: 500 });
console.log(`ELBO ${elbo.toFixed(2)}, NLL ${nll.value.toFixed(2)}, best possible ${Math.log(16).toFixed(2)}`);

const sample = await run.sample(1, { seed: 4 });
for (let row = 0; row < 8; row++) {
  const pixels = Array.from(sample.data.subarray(row * 8, row * 8 + 8));
  console.log(pixels.map((value) => ' ░▒▓█'[Math.round(value * 4)]).join(''));
}
await run.dispose();
